"""The texts of the codes that rows store for reasons, in the reader's language.

A reason (connectors.reasons.Reason) names no network, since the page does. A new reason is a `Reason`
where it arises and a line here. Text without an entry is shown as it is: a row may be older than the
codes. Parameters are stored as plain values; `readable` formats them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Any] = {
    # The networks (connectors.reasons)
    "not_to_these_readers": _("The network cannot show such a post to these readers alone."),
    "followers_not_approved": _(
        "Anybody may follow your account on the network, so the post would not be for friends "
        "alone. Approve your followers yourself, in the settings of that account."
    ),
    "names_somebody": _(
        "The post mentions somebody with an @, and they could read it on the network, too. Write "
        "the name without the @."
    ),
    "read_as_command": _(
        "The network would run this text as a command instead of posting it. Begin with another "
        "word."
    ),
    "kind_unknown": _("The network does not take this kind of post."),
    "nothing_to_send": _("There is nothing in the post that could be sent."),
    "text_too_long": _("The text is too long, and a copy for these readers is never cut."),
    "title_too_long": _("The title is too long, and a copy for these readers is never cut."),
    "photo_missing": _("There is no photo that the network could take."),
    "photos_too_many": _(
        "The network takes fewer photos, and a copy for these readers leaves nothing out."
    ),
    "photos_left_out": _(
        "Some of the photos do not fit. The copy carries the address of your post."
    ),
    "photos_stay_here": _("Not all photos are sent."),
    "no_photos": _(
        "The network takes no photos. The copy carries the text and the address of your post."
    ),
    "no_photos_at_all": _(
        "The network takes no photos, and a copy for these readers leaves nothing out."
    ),
    "photo_does_not_fit": _(
        "A photo could not be made to fit the network. The copy carries the address of your post."
    ),
    "photo_fits_nowhere": _(
        "A photo could not be made to fit the network, and a copy for these readers "
        "leaves nothing out."
    ),
    "address_missing": _("There is no address in the post."),
    "address_too_long": _(
        "The address is too long to fit. The copy carries the address of your post instead."
    ),
    "cannot_delete": _(
        "This cannot be deleted from here. Please delete it on the network yourself."
    ),
    "cannot_edit": _("The network cannot edit what was sent."),
    "target_gone": _(
        "The post that you are replying to is gone, or the network no longer shows it to you."
    ),
    "target_closed": _("The post that you are replying to takes no replies from your account."),
    "stray_reply": _(
        "The network did not put the reply where it belongs, so it was taken back. You can reply "
        "on the network itself."
    ),
    "cannot_read_back": _("The network offers no way to check whether this has arrived."),
    "access_expired": _("The access has expired."),
    "access_gone": _("The access was revoked or has ended. Please link the account again."),
    "access_too_narrow": _(
        "The access does not cover this. Please link the account again and agree."
    ),
    "tick_always": _(
        "Tick 「今後、このサービスに対して常に同意する」 on mixi’s page, or the access ends after six hours."
    ),
    "captcha": _(
        "The network wants to check that you are human. Log in on the network once; then we try "
        "again automatically."
    ),
    "terms_not_accepted": _(
        "You have not agreed to the network’s terms. Log in on the network, then link the"
        " account again."
    ),
    "app_refused": _(
        "The network does not accept this site's registration. The staff must fix this."
    ),
    "slow_down": _("The network asks us to slow down."),
    "in_trouble": _("The network has trouble of its own at the moment."),
    "refused": _("The network refused this."),
    "too_long_there": _("The text is longer than the network takes."),
    "said_already": _(
        "The network already has this exact text and takes no text twice. Change a word and send "
        "it again."
    ),
    "copy_gone": _("The copy is no longer there: it was deleted on the network."),
    "no_answer": _("No complete answer came, so the post may or may not have arrived."),
    "photo_in_work": _("The network is still working on the photo."),
    "unreadable": _("The network’s answer could not be read."),
    "unreachable": _("The network could not be reached."),
    "host_not_found": _("The network’s address could not be found."),
    "bad_certificate": _("The network’s certificate could not be checked, so nothing was sent."),
    "private_address": _(
        "The address of the server leads to a private network, so nothing was sent."
    ),
    "bad_address": _("The network’s address is not valid."),
    # Whether a post goes (delivery.eligibility)
    "stays_here": _(
        "A post for chosen people, for a group or for you alone is never sent to a network."
    ),
    "no_such_readers": _(
        "The network cannot show this kind of post to fewer people than everyone."
    ),
    "not_for_friends_of_friends": _(
        "The network can limit such a post to friends, but not to friends of friends."
    ),
    "not_allowed_there": _(
        "You have not allowed this kind of post on the network. Link the account again to allow it."
    ),
    "turned_off": _("You turned this kind of post off for this link."),
    "not_opted_in": _("You have not allowed posts for this audience to go to this link."),
    "needs_you": _("This waits until you link the account again."),
    "taken_back": _("You deleted the post or narrowed its audience."),
    "interaction_taken_back": _("You took it back."),
    "like_not_allowed": _(
        "You have not allowed likes on the network. Link the account again to allow them."
    ),
    "no_answers_there": _(
        "The network takes no replies from this site. You can reply on the network itself."
    ),
    "no_answer_to_this": _(
        "The network takes no reply to this from other sites. You can reply on the network itself."
    ),
    "network_paused": _("The staff paused the network for now. Try again later."),
    "link_again_to_answer": _("Link the account again first, then reply."),
    "answer_too_long": _(
        "The reply is longer than the network takes, and replies are never cut. Make it shorter."
    ),
    "target_hidden": _("You have hidden or blocked the account that you are replying to."),
    "unlinked": _("The account is no longer linked."),
    "account_removed": _("The account was unlinked by the staff, or was removed."),
    "account_closed": _("The account was closed."),
    "no_photo": _("The photo is no longer here."),
    # Edits (delivery.edits)
    "replaced": _(
        "You edited the post again before this edit was sent; the newer edit takes its place."
    ),
    "already_there": _("The copy has this text already."),
    "nothing_to_change": _(
        "The post had not arrived on the network, so there was nothing to edit."
    ),
    "no_name_to_change": _(
        "The network never told us where the copy is. Please edit it on the network yourself."
    ),
    # What became of a try (delivery.outcomes)
    "gave_up": _("We tried several times without success. Try again if you still want to send it."),
    "ask_you": _(
        "No answer came, and we cannot check the network ourselves. Please check it for us."
    ),
    "not_sure": _(
        "No clear answer came. The network may have changed the text of the post, so please "
        "check it for us."
    ),
    "looking": _("No clear answer came. We check the network before we send anything again."),
    "soon_asked": _("No clear answer came. In a minute we will ask you to check the network."),
    "again_soon": _(
        "No clear answer came. It is sent again soon: even if both arrive, there is one copy."
    ),
    "nothing_to_delete": _(
        "The post had not arrived on the network, so there was nothing to delete."
    ),
    # Staff's case page (actions.moderation, actions.removal)
    "reported_gone": _("It no longer exists."),
    "reported_not_hidden": _("It is not hidden."),
    "no_such_command": _("That cannot be done here."),
    "hide_first": _(
        "Hide it first. It can be removed after the author objected, or seven days later; at "
        "once where it is manifestly illegal."
    ),
    "held_by_staff": _("The staff hid the post. It is sent if they show it again."),
    "equal_soon": _("The network takes the same post only once a minute, so this one waits."),
    "not_taken_again": _(
        "The network answered with the copy of another post, so this one has not arrived."
        " It is sent again."
    ),
    "cut_anew": _(
        "The network takes less text than before. The copy is cut again and sent at once."
    ),
    "no_name_to_delete": _(
        "The network never told us where the copy is. Please delete it on the network yourself."
    ),
    # When (delivery.retry_policy)
    "too_old": _("The post could not be sent within two days. Send it if you still want to."),
    # Copies (delivery.planning)
    "no_access_any_more": _(
        "The account is no longer linked, so please delete the copy on the network yourself."
    ),
    "copy_there": _("A copy is on the network already, or on its way."),
    "nothing_to_correct": _("There is no copy to resend: it was deleted, or has the same text."),
    "old_copy_stays": _("The old copy could not be deleted, so the new one was not sent."),
    "not_sent_anew": _("The new copy could not be sent, so the old one was not deleted."),
    # Posts (actions.posts)
    "post_deleted": _("The post was deleted."),
    # Commands (actions.commands)
    "moved_on": _("This has changed since you opened the page. Check it again."),
    "we_look_first": _(
        "We are still finding out whether the post arrived. Look again in a minute."
    ),
    "link_first": _("Link the account again first; the rest happens by itself."),
    "dismissed": _("You dismissed it."),
    "dismissed_by_staff": _("The staff dismissed it."),
    # The access (credentials)
    "not_renewable": _("The access has ended and cannot be renewed."),
    "being_renewed": _("The access to this account is being renewed."),
    "no_key_fits": _("We cannot decrypt the access to this account. The staff must fix this."),
    # Mails that made no draft (profilelink.mail, actions.mail_drafts)
    "mail_no_room": _("%(count)s emails are waiting already. Send or delete some of them first."),
    "mail_too_many": _("More than %(count)s emails came within an hour. Send it again later."),
    "mail_address_ended": _("This address no longer works."),
    "mail_too_large": _(
        "An email was larger than %(size)s. Make the photo smaller and send it again."
    ),
    "mail_too_many_parts": _(
        "An email had too many parts. Send the photo alone, with a few words."
    ),
    "mail_empty": _("An email had neither text nor a photo that we take."),
    "mail_no_picture": _("This file cannot be read as a picture. Send a JPEG, PNG, GIF or WebP."),
    "mail_too_many_pixels": _(
        "This picture has too many pixels. Make it smaller and send it again."
    ),
}


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The text of the reason `code` in the active language; "" for no reason."""
    text = SENTENCES.get(code)
    if text is None:
        return code
    return str(text % readable(params)) if params else str(text)


def readable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Format the parameters for the active language."""
    return {name: _WRITTEN.get(name, str)(value) for name, value in params.items()}


def _moment(value: datetime | None) -> str:
    return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT") if value else ""


_WRITTEN: Mapping[str, Callable[[Any], Any]] = {
    "count": int,
    "day": _moment,
    "hint": sentence,
    "reason": sentence,
    "size": filesizeformat,  # bytes
}
