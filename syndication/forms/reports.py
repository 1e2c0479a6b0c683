"""Forms of reports and objections."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.visible_text import visible_text
from syndication.forms.fields import PlainText
from syndication.models.report import MAX_REPORT_LENGTH
from syndication.models.staff_decision import MAX_OBJECTION_LENGTH


class ReportForm(forms.Form):
    """Words for staff, which may be left out."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["words"] = PlainText(
            label=_("What should the staff know? (optional)"),
            longest=MAX_REPORT_LENGTH,
            rows=4,
            required=False,
        )


class ObjectionForm(forms.Form):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["text"] = PlainText(
            label=_("Why is it wrong?"), longest=MAX_OBJECTION_LENGTH, rows=4
        )

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if not visible_text(text):
            raise ValidationError(self.fields["text"].error_messages["required"])
        return text
