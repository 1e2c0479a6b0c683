"""The sentence that a member reads for each reason. Rows store the code (connectors.reasons.Reason).

No sentence names the network, since the page does. A new reason is a `Reason` where it arises and
a line here. Text without an entry is shown as it is: a row may be older than the codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Promise] = {
    # The networks (connectors.reasons)
    "not_to_these_readers": _("It cannot show such a post to these readers alone."),
    "followers_not_approved": _(
        "Anybody may follow your account there, so it would not be for friends alone. Let followers ask first, in its settings there."
    ),
    "names_somebody": _(
        "It names somebody with an @, who could read it there, too. Write the name without the @."
    ),
    "kind_unknown": _("It has no place for this kind of post."),
    "nothing_to_send": _("There is nothing in it that could be sent."),
    "text_too_long": _("The text is too long, and a copy for these readers is never cut."),
    "title_too_long": _("The title is too long, and a copy for these readers is never cut."),
    "photo_missing": _("There is no photo that it could take."),
    "photos_too_many": _("It takes fewer photos, and a copy for these readers leaves nothing out."),
    "photos_left_out": _("Some of the photos do not fit. The copy carries the address here."),
    "photos_stay_here": _("Not every photo goes along."),
    "no_photos": _("It takes no photos. The copy carries the words and the address here."),
    "no_photos_at_all": _("It takes no photos, and a copy for these readers leaves nothing out."),
    "photo_does_not_fit": _(
        "A photo could not be made to fit there. The copy carries the address here."
    ),
    "photo_fits_nowhere": _(
        "A photo could not be made to fit there, and a copy for these readers leaves nothing out."
    ),
    "address_missing": _("There is no address in it."),
    "address_too_long": _(
        "The address is too long to fit. The copy carries the address of your post here instead."
    ),
    "cannot_delete": _("It offers no way to delete this. Please delete it there yourself."),
    "cannot_edit": _("It cannot change what was sent."),
    "cannot_read_back": _("It offers no way to look whether this has arrived."),
    "access_expired": _("The access has run out."),
    "access_gone": _("The access was taken back or has ended. Please link it again."),
    "access_too_narrow": _("The access does not cover this. Please link it again and agree."),
    "tick_always": _(
        "Tick 「今後、このサービスに対して常に同意する」 there, or the access ends after six hours."
    ),
    "captcha": _(
        "It wants to see that a person writes. Log in there once; then we try again by ourselves."
    ),
    "terms_not_accepted": _("You have not agreed to its terms. Log in there, then link again."),
    "app_refused": _("It does not accept this site's registration. The staff must look."),
    "slow_down": _("It asks us to slow down."),
    "in_trouble": _("It has trouble of its own at the moment."),
    "refused": _("It refused this."),
    "said_already": _(
        "It has this very text already and takes no text twice. Change a word and send it again."
    ),
    "copy_gone": _("The copy is no longer there: it was deleted on the network."),
    "no_answer": _("No whole answer came, so it may or may not have arrived."),
    "photo_in_work": _("It is still working on the photo."),
    "unreadable": _("Its answer could not be read."),
    "unreachable": _("It could not be reached."),
    "host_not_found": _("Its address could not be found."),
    "bad_certificate": _("Its certificate could not be checked, so nothing was sent."),
    "private_address": _("Its address leads to a private network, so nothing was sent."),
    "bad_address": _("Its address is not a valid one."),
    # Whether a post goes (actions.deciding)
    "stays_here": _("A post for a group or for you alone is never sent on."),
    "no_such_readers": _("It cannot show this kind of post to fewer people than everyone."),
    "not_allowed_there": _("You have not allowed this kind there. Link it again to allow it."),
    "turned_off": _("You turned this kind of post off for it."),
    "not_opted_in": _("You have not allowed posts for this audience to go there."),
    "needs_you": _("It waits until you link the account again."),
    "taken_back": _("You took it back or showed it to fewer people."),
    "unlinked": _("The account is no longer linked."),
    "account_closed": _("The account was closed."),
    "no_photo": _("The photo is no longer here."),
    # Edits (actions.edits)
    "replaced": _("You changed it again before it had gone; that edit takes its place."),
    "already_there": _("The copy has these words already."),
    "nothing_to_change": _("It had not arrived there, so there was nothing to change."),
    "no_name_to_change": _(
        "It never told us the name of the copy. Please change it there yourself."
    ),
    # What became of a try (actions.verdicts)
    "gave_up": _("We tried for as long as it made sense. Try again by hand if it still fits."),
    "ask_you": _("No answer came, and we cannot look there ourselves. Please look."),
    "looking": _("No clear answer came. We look there before we send anything again."),
    "soon_asked": _("No clear answer came. In a minute we ask you to look there."),
    "again_soon": _("No clear answer came. It is sent again soon: twice is the same as once."),
    "nothing_to_delete": _("It had not arrived there, so there was nothing to delete."),
    "no_name_to_delete": _(
        "It never told us the name of the copy. Please delete it there yourself."
    ),
    # When (actions.timing)
    "too_old": _("It became older than two days before it could go. Send it if it still fits."),
    # Copies (actions.deliveries)
    "no_access_any_more": _("The account is no longer linked, so please delete it there yourself."),
    "copy_there": _("A copy is there already, or on its way."),
    # Posts (actions.posts)
    "post_deleted": _("The post was deleted."),
    # Presses (actions.presses)
    "moved_on": _("It has moved on since you looked. See where it stands now."),
    "we_look_first": _("We are still finding out whether it arrived. Look again in a minute."),
    "link_first": _("Link the account again first; then it goes by itself."),
    "dismissed": _("You dismissed it."),
    "dismissed_by_staff": _("The staff dismissed it."),
    # The access (credentials)
    "not_renewable": _("The access ended and cannot be renewed."),
    "being_renewed": _("The access to this account is being renewed."),
    "no_key_fits": _("We cannot open what we hold for this account. The staff must look."),
}


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The sentence for `code` in the language that is active now; "" for no reason."""
    text = str(SENTENCES.get(code, code))
    return text % params if params and code in SENTENCES else text
