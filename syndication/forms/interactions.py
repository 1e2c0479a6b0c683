"""The box for an answer to somebody on a network."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from accounts.actions import quotas
from syndication.connectors.content import LONGEST
from syndication.forms.comments import CommentForm
from syndication.forms.fields import PlainText


class ReplyForm(CommentForm):
    """`shown` is the visibility that the preview named: what is sent is never wider."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = PlainText(label=_("Reply"), longest=LONGEST["text"], rows=4)


def replies_used_up(error: quotas.QuotaUsedUp) -> str:
    """What the form says, which still holds all that was typed."""
    if error.quota == quotas.REPLY_PACE:
        return _("You replied a moment ago. Wait five seconds, then send this one.")
    words = _("You wrote %(count)s replies within an hour. Keep this one, and send it later.")
    return words % {"count": error.quota.most}
