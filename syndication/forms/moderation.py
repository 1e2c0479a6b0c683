"""The form of staff's case page: one reason for whichever command is pressed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_REASON_LENGTH = 500


class DecisionForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The member reads it: what it is about, and which rule. Name nobody."),
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea({"rows": 3, "cols": 40}),
        error_messages={"required": _("Say why: the member reads it, and it stays in the trail.")},
    )
    is_illegal = forms.BooleanField(
        label=_("Manifestly illegal: remove it at once"),
        help_text=_(
            "Otherwise it is hidden first, and removed after the author's objection or after "
            "seven days."
        ),
        required=False,
    )
