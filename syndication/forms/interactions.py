"""The box for an answer to somebody on a network."""

from __future__ import annotations

import re
import secrets

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actions import quotas
from accounts.visible_text import visible_text
from syndication.connectors.content import LONGEST
from syndication.forms.fields import PlainText

_KEY = re.compile(r"[0-9a-f]{32}")


def _new_key() -> str:
    return secrets.token_hex(16)


class ReplyForm(forms.Form):
    """`shown` is the visibility that the preview named: what is sent is never wider."""

    form_key = forms.CharField(required=False, widget=forms.HiddenInput, initial=_new_key)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["text"] = PlainText(label=_("Answer"), longest=LONGEST["text"], rows=4)

    def clean_form_key(self) -> str:
        key = str(self.cleaned_data["form_key"])
        return key if _KEY.fullmatch(key) else _new_key()

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if not visible_text(text):
            raise ValidationError(self.fields["text"].error_messages["required"])
        return text


def replies_used_up(error: quotas.QuotaUsedUp) -> str:
    """What the form says, which still holds all that was typed."""
    if error.quota == quotas.REPLY_PACE:
        return _("You answered a moment ago. Wait five seconds, then send this one.")
    words = _("You wrote %(count)s answers within an hour. Keep this one, and send it later.")
    return words % {"count": error.quota.most}
