"""The box for a comment, and the name of whose comments are deleted."""

from __future__ import annotations

import re
import secrets

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import quotas
from accounts.forms.keypads import NAME
from accounts.visible_text import visible_text
from syndication.forms.fields import PlainText
from syndication.models.comment import MAX_COMMENT_LENGTH

_KEY = re.compile(r"[0-9a-f]{32}")


def _new_key() -> str:
    return secrets.token_hex(16)


class CommentForm(forms.Form):
    form_key = forms.CharField(required=False, widget=forms.HiddenInput, initial=_new_key)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["text"] = PlainText(label=_("Comment"), longest=MAX_COMMENT_LENGTH, rows=4)

    def clean_form_key(self) -> str:
        key = str(self.cleaned_data["form_key"])
        return key if _KEY.fullmatch(key) else _new_key()

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if not visible_text(text):
            raise ValidationError(self.fields["text"].error_messages["required"])
        return text


class CommentsOfForm(forms.Form):
    """Whose comments on a post are deleted."""

    name = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=60,
        widget=forms.TextInput(attrs={"size": 16, **NAME}),
    )

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip().removeprefix("@").lower()


def comments_used_up(error: quotas.QuotaUsedUp) -> str:
    """What the form says, which still holds all that was typed."""
    if error.quota == quotas.COMMENT_PACE:
        return _("You commented a moment ago. Wait five seconds, then send this one.")
    words = _("You wrote %(count)s comments within an hour. Keep this one, and send it later.")
    return words % {"count": error.quota.most}
