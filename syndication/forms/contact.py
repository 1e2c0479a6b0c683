"""The contact form, for whoever has no account: a report, or a question."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.mail_address_field import MailAddressField
from accounts.visible_text import visible_text
from syndication.actions.reports import OutsideMessage
from syndication.forms.fields import LATIN, PlainText
from syndication.models import ReportReason
from syndication.models.report import MAX_REPORT_LENGTH

QUESTION = "question"


class ContactForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=[*ReportReason.choices, (QUESTION, gettext_lazy("A question, or help"))],
    )
    about = forms.CharField(
        label=gettext_lazy("Address of the page here (if it is about one)"),
        max_length=500,
        required=False,
        widget=forms.TextInput(LATIN),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["words"] = PlainText(label=_("Message"), longest=MAX_REPORT_LENGTH, rows=5)
        self.fields["email"] = MailAddressField(
            label=_("Your email address (without it nobody can answer)"),
            required=False,
            max_length=254,
            widget=forms.TextInput(LATIN),
        )

    def clean_words(self) -> str:
        text = str(self.cleaned_data["words"])
        if not visible_text(text):
            raise ValidationError(self.fields["words"].error_messages["required"])
        return text

    @property
    def message(self) -> OutsideMessage:
        """What was typed, with the reason as it is stored."""
        data = self.cleaned_data
        reason = ReportReason.OTHER if data["reason"] == QUESTION else data["reason"]
        return OutsideMessage(reason=reason, words=data["words"], email=data["email"])
