"""Forms to find a member by name, and to invite somebody from outside."""

from __future__ import annotations

import secrets

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.keypads import KANA
from accounts.forms.typed import TypedTextField
from accounts.name_folding import fold_name
from accounts.visible_text import visible_line

MIN_CHARACTERS = 2  # that a search begins with


def new_form_key() -> str:
    """Create a key that identifies a form, so that sending it twice acts once."""
    return secrets.token_hex(16)


class FindMemberForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"size": 16, **KANA})
    )

    def clean_name(self) -> str:
        name = visible_line(str(self.cleaned_data["name"])).removeprefix("@").removeprefix("＠")
        self.folded = fold_name(name)
        if len(self.folded) < MIN_CHARACTERS:
            raise forms.ValidationError(_("Type at least two letters of the name."))
        return name


class InvitationForm(forms.Form):
    note = TypedTextField(
        label=_("Who is it for? (only you see this)"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"size": 16, **KANA}),
    )
    form_key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput, initial=new_form_key)
