"""The texts of the codes that rows store, for reasons and notices, in the reader's language.

A reason (connectors.reasons.Reason) names no network, since the page does. A new reason is a `Reason`
where it arises and a line here. Text without an entry is shown as it is: a row may be older than the
codes. Parameters are stored as plain values; `_readable` formats them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Any] = {
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
    "too_long_there": _("The text is longer than it takes."),
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
    # Whether a post goes (delivery.eligibility)
    "stays_here": _("A post for a group or for you alone is never sent on."),
    "no_such_readers": _("It cannot show this kind of post to fewer people than everyone."),
    "not_allowed_there": _("You have not allowed this kind there. Link it again to allow it."),
    "turned_off": _("You turned this kind of post off for it."),
    "not_opted_in": _("You have not allowed posts for this audience to go there."),
    "needs_you": _("It waits until you link the account again."),
    "taken_back": _("You took it back or showed it to fewer people."),
    "unlinked": _("The account is no longer linked."),
    "account_removed": _("The account was unlinked by the staff, or was removed."),
    "account_closed": _("The account was closed."),
    "no_photo": _("The photo is no longer here."),
    # Edits (delivery.edits)
    "replaced": _("You changed it again before it had gone; that edit takes its place."),
    "already_there": _("The copy has these words already."),
    "nothing_to_change": _("It had not arrived there, so there was nothing to change."),
    "no_name_to_change": _(
        "It never told us the name of the copy. Please change it there yourself."
    ),
    # What became of a try (delivery.outcomes)
    "gave_up": _("We tried for as long as it made sense. Try again by hand if it still fits."),
    "ask_you": _("No answer came, and we cannot look there ourselves. Please look."),
    "not_sure": _("No clear answer came. It may be there in other words: please look."),
    "looking": _("No clear answer came. We look there before we send anything again."),
    "soon_asked": _("No clear answer came. In a minute we ask you to look there."),
    "again_soon": _("No clear answer came. It is sent again soon: twice is the same as once."),
    "nothing_to_delete": _("It had not arrived there, so there was nothing to delete."),
    "equal_soon": _("It takes no two equal posts within a minute. This one waits for that."),
    "not_taken_again": _(
        "It answered with the copy of another post, so this one has not arrived. It is sent again."
    ),
    "cut_anew": _("It takes less than it did. The copy is cut anew and goes at once."),
    "no_name_to_delete": _(
        "It never told us the name of the copy. Please delete it there yourself."
    ),
    # When (delivery.retry_policy)
    "too_old": _("It became older than two days before it could go. Send it if it still fits."),
    # Copies (delivery.planning)
    "no_access_any_more": _("The account is no longer linked, so please delete it there yourself."),
    "copy_there": _("A copy is there already, or on its way."),
    # Posts (actions.posts)
    "post_deleted": _("The post was deleted."),
    # Commands (actions.commands)
    "moved_on": _("It has moved on since you looked. See where it stands now."),
    "we_look_first": _("We are still finding out whether it arrived. Look again in a minute."),
    "link_first": _("Link the account again first; then it goes by itself."),
    "dismissed": _("You dismissed it."),
    "dismissed_by_staff": _("The staff dismissed it."),
    # The access (credentials)
    "not_renewable": _("The access ended and cannot be renewed."),
    "being_renewed": _("The access to this account is being renewed."),
    "no_key_fits": _("We cannot open what we hold for this account. The staff must look."),
    # Mails that made no draft (profilelink.mail, actions.mail_drafts)
    "mail_no_room": _("%(count)s mails wait already. Send or throw away some of them first."),
    "mail_too_many": _("More than %(count)s mails came within an hour. Send it again later."),
    "mail_address_ended": _("This address has been ended."),
    "mail_too_large": _(
        "A mail was larger than %(size)s. Make the photo smaller and send it again."
    ),
    "mail_too_many_parts": _("A mail had too many parts. Send the photo alone, with a few words."),
    "mail_empty": _("A mail held no words and no photo that we take."),
    "mail_no_picture": _(
        "This file is not a picture that can be read. Send a JPEG, PNG, GIF or WebP."
    ),
    "mail_too_many_pixels": _(
        "This picture has too many pixels. Make it smaller and send it again."
    ),
}

# Notices, by the first word of `Notice.incident`
NOTICES: Mapping[str, Any] = {
    "parked": _(
        "%(network)s does not let us in as %(name)s any more, so your posts wait. "
        "Open Links and link it again."
    ),
    "scope": _(
        "%(network)s needs your permission for one more thing before a post of yours can go "
        "there. Open Links, link %(name)s again and agree."
    ),
    "unconfirmed": _(
        "We do not know whether a post of yours arrived on %(network)s. Open Where it went, "
        "look there, and tell us: it is there, or send it again."
    ),
    "still_out_there": _(
        "Your post of %(day)s is still on %(network)s. We cannot delete it there; "
        "please do it yourself. %(address)s"
    ),
    "gone": _(
        "The copy of your post of %(day)s is no longer on %(network)s, so your new words did not "
        "go there. If you want it back, send a copy: Where it went."
    ),
    "undelivered": _("Your post of %(day)s did not arrive on %(network)s. %(reason)s"),
    "undelivered_many": _("%(count)s of your posts did not arrive on %(network)s. %(reason)s"),
    "not_changed": _(
        "Your new words for the post of %(day)s did not go to %(network)s, where the old ones "
        "stand. %(reason)s"
    ),
    "not_changed_many": _(
        "Your new words for %(count)s posts did not go to %(network)s, where the old ones stand. "
        "%(reason)s"
    ),
    "mail_drafts_expire": _(
        "A mail for a post has waited for weeks and is thrown away in 3 days. Look under “Mails that"
        " wait” on your home page."
    ),
}


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The text of the reason `code` in the active language; "" for no reason."""
    text = SENTENCES.get(code)
    if text is None:
        return code
    return str(text % _readable(params)) if params else str(text)


def notice_text(code: str, params: Mapping[str, Any]) -> str:
    """The text of a notice in the active language; "" for an unknown code.

    A "count" above one takes the text for many. The text of a reason under "hint" is appended.
    """
    many = NOTICES.get(f"{code}_many") if params.get("count", 1) > 1 else None
    text = many or NOTICES.get(code)
    if text is None:
        return ""
    said = _readable(params)
    return f"{text % said} {said.get('hint', '')}".strip()


def _readable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Format the parameters for the active language."""
    return {name: _WRITTEN.get(name, str)(value) for name, value in params.items()}


def _moment(value: str) -> str:
    """Format an ISO 8601 time; "" if it cannot be parsed."""
    found = parse_datetime(value)
    return formats.date_format(timezone.localtime(found), "DATETIME_FORMAT") if found else ""


_WRITTEN: Mapping[str, Callable[[Any], Any]] = {
    "count": int,
    "day": _moment,
    "hint": sentence,
    "reason": sentence,
    "size": filesizeformat,  # bytes
}
