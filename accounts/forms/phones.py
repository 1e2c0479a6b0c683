"""Forms of phone and device login: codes, PINs, passwords."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.crypto import codes
from accounts.forms.keypads import DIGITS

# What makes a keypad start in characters or in digits, in the words of docomo (istyle), SoftBank
# (mode) and today's browsers (inputmode). Nothing typed here is kept by a browser.
_LETTERS = {
    "size": 12,
    "autocomplete": "off",
    "autocapitalize": "characters",
    "istyle": 3,
    "mode": "alphabet",
}
_DIGITS = {
    "size": 8,
    "maxlength": 8,
    "autocomplete": "off",
    **DIGITS,
}


class TypedCodeForm(forms.Form):
    """Ten characters from a screen."""

    code = forms.CharField(label=_("Code"), max_length=30, widget=forms.TextInput(attrs=_LETTERS))

    def clean_code(self) -> str:
        code = codes.normalize_typed(self.cleaned_data["code"])
        if len(code) != codes.TYPED_LENGTH:
            raise forms.ValidationError(_("The code has 10 characters. Look at the screen again."))
        return code


class PinForm(forms.Form):
    """PIN of a bookmark."""

    pin = forms.CharField(label=_("PIN"), max_length=16, widget=forms.PasswordInput(attrs=_DIGITS))


class BookmarkForm(forms.Form):
    """New PIN, typed twice."""

    pin = forms.CharField(
        label=_("PIN, 4 to 8 digits"), max_length=16, widget=forms.PasswordInput(attrs=_DIGITS)
    )
    pin_again = forms.CharField(
        label=_("The same PIN again"), max_length=16, widget=forms.PasswordInput(attrs=_DIGITS)
    )

    def clean_pin(self) -> str:
        pin = codes.normalize_typed(self.cleaned_data["pin"])
        if not (pin.isascii() and pin.isdigit() and len(pin) in codes.PIN_LENGTHS):
            raise forms.ValidationError(_("A PIN has 4 to 8 digits and nothing else."))
        if codes.is_easy_pin(pin):
            raise forms.ValidationError(_("This PIN is too easy to guess. Choose another."))
        return pin

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "pin" in data and codes.normalize_typed(data.get("pin_again", "")) != data["pin"]:
            self.add_error("pin_again", _("The two PINs differ. Type both again."))
        return data


class ApproveDeviceForm(forms.Form):
    """PIN or password to approve a computer. The number is picked, not typed."""

    secret = forms.CharField(
        max_length=128, widget=forms.PasswordInput(attrs={"size": 12, "autocomplete": "off"})
    )

    def __init__(self, *args: Any, has_pin: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].label = _("Your PIN or password") if has_pin else _("Your password")
