"""What accounts tells the apps above it, which it must not import.

`account_linked` (sender: SocialAccount): a member confirmed a link. Arguments: `account`
(allauth's SocialAccount), `credentials` (dict with access_token, refresh_token, expires_in in
seconds or None, scopes, host, extra), `is_again` (the account was linked before and comes back).
"""

from django.dispatch import Signal

account_linked = Signal()
