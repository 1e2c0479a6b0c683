"""The form that pauses a network."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_PAUSE_REASON = 200


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Members read it: what happens, and until when."),
        max_length=MAX_PAUSE_REASON,
        widget=forms.Textarea({"rows": 3, "cols": 40}),
        error_messages={"required": _("Say why: members read it while their posts wait.")},
    )
