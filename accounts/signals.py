"""Signals that accounts sends to the apps above it, which it must not import.

`account_linked` (sender: SocialAccount): a member confirmed a link. Arguments: `account`
(allauth's SocialAccount), `credentials` (dict with access_token, refresh_token, expires_in in
seconds or None, scopes, token_type, host, extra), `is_again` (the account was linked before and comes back),
`registration` (key of the ServerRegistration that the tokens were given to, None without one).

`access_discarded` (sender: LinkAttempt): a network gave tokens that nobody keeps, since the member
stopped, never confirmed, or the answer was no good. Arguments: `network`, `uid` ("" where it
is not known), `credentials` and `registration` as above. A receiver that cannot have them revoked
answers with words for the member: the permission stands there, and where to take it back.

`before_relink` (sender: SocialAccount): the page by which a member links `account` again is shown.
Receivers answer with words that say what happens afterwards.

`login_recovered` (sender: AccessRecovery): what staff asked for a member's log-in was done. Argument: `recovery`.

`has_like_right` (sender: SocialAccount): before a member leaves to link `account` again. Receivers answer
whether the access that it has by now covers likes, so that the new one covers them, too.

`may_link` (sender: Member's class): before a member leaves for a network. Arguments: `network`
(its key), `member`. A receiver that wants it not to happen now answers with the reason in words.
"""

from django.dispatch import Signal

account_linked = Signal()
access_discarded = Signal()
before_relink = Signal()
has_like_right = Signal()
may_link = Signal()
login_recovered = Signal()
