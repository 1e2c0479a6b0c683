"""The form that sends an answer which came by mail as a comment."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syndication.actions.reply_text import holds_reply_address
from syndication.forms.fields import PlainText
from syndication.models.comment import LONGEST_COMMENT


class AnswerDraftForm(forms.Form):
    text = PlainText(label=gettext_lazy("Your comment"), longest=LONGEST_COMMENT, rows=6)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if holds_reply_address(text):
            raise ValidationError(
                _("An address of yours for answers stands in it. Take it out: it is a secret.")
            )
        return text
