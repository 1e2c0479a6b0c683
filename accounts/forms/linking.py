"""Forms of linking: the number, and what of the network's profile to take over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.keypads import DIGITS
from accounts.providers.base import Authorized


class NumberForm(forms.Form):
    """Asked without session. `key` is what the network handed back, `proof` stands for all of it."""

    network = forms.SlugField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=500)
    proof = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    number = forms.CharField(
        label=_("The 4-digit number"),
        max_length=10,
        error_messages={"required": _("Type the number that you saw before you left.")},
        widget=forms.TextInput(attrs={**DIGITS, "autocomplete": "off", "size": "6"}),
    )


class ServerForm(forms.Form):
    """Which server, on networks of many. The provider reads and checks what was typed."""

    server = forms.CharField(
        label=_("Your name or server there"),
        max_length=300,
        error_messages={"required": _("Type the name of your server, or your name with it.")},
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocapitalize": "none", "istyle": "3", "mode": "alphabet"}
        ),
    )

    def __init__(self, *args: Any, example: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["server"].help_text = _("For example: %(example)s") % {"example": example}


class PasswordDoorForm(ServerForm):
    """By an app password, where the network has such: nobody leaves."""

    password = forms.CharField(
        label=_("App password"),
        max_length=200,
        error_messages={"required": _("Type the app password that you made there.")},
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "istyle": "3", "mode": "alphabet"}, render_value=False
        ),
    )


class TakeOverForm(forms.Form):
    """Field by field; nothing is ticked before the member does it."""

    take_name = forms.BooleanField(required=False)
    take_picture = forms.BooleanField(required=False)

    def __init__(self, *args: Any, account: Authorized, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["take_name"].label = _("Take over the name: %(name)s") % {
            "name": account.shown or account.name
        }
        self.fields["take_picture"].label = _("Take over the picture")
        if not account.picture_url:
            del self.fields["take_picture"]
