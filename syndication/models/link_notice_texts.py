"""The texts of the notices of links and deliveries, and the subjects of their mails, by their code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from syndication.models.reason_texts import readable

NOTICES: Mapping[str, Any] = {
    "parked": _(
        "%(network)s no longer lets us in as %(name)s, so your posts wait. Link the account again."
    ),
    "scope": _(
        "%(network)s needs one more permission from you before a post of yours can be "
        "sent. Link %(name)s again and agree."
    ),
    "unconfirmed": _(
        "We do not know whether a post of yours arrived on %(network)s. Check %(network)s, then "
        "choose “It arrived” or “Send it again” under Where it went."
    ),
    "still_out_there": _(
        "Your post of %(day)s is still on %(network)s. We cannot delete it; please delete"
        " it on %(network)s yourself. %(address)s"
    ),
    "gone": _(
        "The copy of your post of %(day)s is no longer on %(network)s, so your edit was not "
        "sent. If you want it back, send a copy under Where it went."
    ),
    "undelivered": _("Your post of %(day)s did not arrive on %(network)s. %(reason)s"),
    "undelivered_many": _("%(count)s of your posts did not arrive on %(network)s. %(reason)s"),
    "not_changed": _(
        "Your edit of the post of %(day)s did not arrive on %(network)s, which still has "
        "the old text. %(reason)s"
    ),
    "not_changed_many": _(
        "%(count)s of your edits did not arrive on %(network)s, which still has the old "
        "text. %(reason)s"
    ),
    "reply_unconfirmed": _(
        "We do not know whether your reply to %(who)s arrived on %(network)s. Check %(network)s, "
        "then choose “It arrived” or “Send it again”."
    ),
    "reply_undelivered": _("Your reply to %(who)s did not arrive on %(network)s. %(reason)s"),
    "reply_undelivered_many": _(
        "%(count)s of your replies did not arrive on %(network)s. %(reason)s"
    ),
    "reply_still_out_there": _(
        "Your reply to %(who)s is still on %(network)s. We cannot delete it; please delete it on "
        "%(network)s yourself. %(address)s"
    ),
    "like_undelivered": _("Your like of %(who)s’s post did not arrive on %(network)s. %(reason)s"),
    "like_undelivered_many": _("%(count)s of your likes did not arrive on %(network)s. %(reason)s"),
    "like_still_out_there": _(
        "Your like of %(who)s’s post is still on %(network)s. We cannot take it back; please do "
        "so on %(network)s yourself."
    ),
    "reply_retried_by_staff": _("The staff sent your reply to %(who)s to %(network)s again."),
    "like_retried_by_staff": _("The staff sent your like of %(who)s’s post to %(network)s again."),
    "retried_by_staff": _("The staff sent your post of %(day)s to %(network)s again."),
    "mail_drafts_expire": _(
        "A draft has waited for weeks and is deleted in 3 days. You find it under “Drafts”."
    ),
}

# The subjects of their mails: what happened, in so few words that a phone's list shows all of them.
SUBJECTS: Mapping[str, Any] = {
    "parked": pgettext_lazy("subject", "Link again"),
    "scope": pgettext_lazy("subject", "Needs permission"),
    "unconfirmed": pgettext_lazy("subject", "Did it arrive?"),
    "still_out_there": pgettext_lazy("subject", "A copy is left"),
    "gone": pgettext_lazy("subject", "A copy is gone"),
    "undelivered": pgettext_lazy("subject", "Not delivered"),
    "not_changed": pgettext_lazy("subject", "Edit undelivered"),
    "retried_by_staff": pgettext_lazy("subject", "Tried again"),
    "reply_unconfirmed": pgettext_lazy("subject", "Reply arrived?"),
    "reply_undelivered": pgettext_lazy("subject", "Reply not sent"),
    "reply_still_out_there": pgettext_lazy("subject", "A reply is left"),
    "reply_retried_by_staff": pgettext_lazy("subject", "Reply: retried"),
    "like_undelivered": pgettext_lazy("subject", "Like not sent"),
    "like_still_out_there": pgettext_lazy("subject", "A like is left"),
    "like_retried_by_staff": pgettext_lazy("subject", "Like: retried"),
    "mail_drafts_expire": pgettext_lazy("subject", "Draft ends soon"),
}


def notice_text(code: str, params: Mapping[str, Any]) -> str:
    """The text of a notice in the active language; "" for an unknown code.

    A "count" above one, and a post or interaction of which nothing is left, take the text for many.
    The text of a reason under "hint" is appended.
    """
    is_of_one = params.get("count", 1) == 1 and (params.get("day") or params.get("who"))
    text = (None if is_of_one else NOTICES.get(f"{code}_many")) or NOTICES.get(code)
    if text is None:
        return ""
    said = readable(params)
    return f"{text % said} {said.get('hint', '')}".strip()
