"""The account closure form: delete or leave the copies."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

TAKE_BACK = "take_back"
LEAVE = "leave"


class AccountClosureForm(forms.Form):
    copies = forms.ChoiceField(
        label=_("The copies on the networks"),
        choices=[(TAKE_BACK, _("Delete them")), (LEAVE, _("Leave them"))],
        initial=TAKE_BACK,
    )

    @property
    def takes_copies_back(self) -> bool:
        """Whether the copies are to be deleted."""
        return bool(self.cleaned_data["copies"] == TAKE_BACK)
