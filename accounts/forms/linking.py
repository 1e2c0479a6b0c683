"""Forms of linking: the number, the server, the app password, what to import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.keypads import DIGITS
from accounts.providers.base import Authorized


class ReturnNumberForm(forms.Form):
    """The number, without session. `key` is what the network returned, `proof` a hash of all of it."""

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
    """A server, on networks of many. The provider reads and checks it."""

    server = forms.CharField(
        label=_("Your username or server"),
        max_length=300,
        error_messages={
            "required": _("Type the name of your server, or your username with the server.")
        },
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocapitalize": "none", "istyle": "3", "mode": "alphabet"}
        ),
    )

    def __init__(self, *args: Any, example: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["server"].help_text = _("For example: %(example)s") % {"example": example}


class AppPasswordForm(ServerForm):
    """App password, where the network has them: the member does not leave."""

    password = forms.CharField(
        label=_("App password"),
        max_length=200,
        error_messages={
            "required": _("Type the app password that you made in the network’s settings.")
        },
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "istyle": "3", "mode": "alphabet"}, render_value=False
        ),
    )


class ProfileImportForm(forms.Form):
    """Profile fields to import; none is ticked beforehand."""

    take_name = forms.BooleanField(required=False)
    take_picture = forms.BooleanField(required=False)

    def __init__(self, *args: Any, account: Authorized, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["take_name"].label = _("Use the name: %(name)s") % {
            "name": account.shown or account.name
        }
        self.fields["take_picture"].label = _("Use the picture")
        if not account.picture_url:
            del self.fields["take_picture"]
