"""Forms of staff's help pages: why, and where a new way in goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.mail_address_field import MailAddressField
from accounts.mail_addresses import email_as_typed
from syndication.forms.moderation import MAX_REASON_LENGTH


class HelpForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Who asked, how, and what you asked back. The member can read it."),
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea({"rows": 3, "cols": 40}),
        error_messages={"required": _("Say why: it stays in the trail.")},
    )


class LostPhoneForm(HelpForm):
    held = forms.ChoiceField(
        label=_("A link for a new password goes to"),
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Only where the member says that they still read this address."),
    )

    def __init__(self, *args: Any, addresses: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody = [("", _("nobody: the member still knows the password"))]
        choices = [*nobody, *((each, email_as_typed(each)) for each in addresses)]
        self.fields["held"].choices = choices  # type: ignore[attr-defined]


class LostAddressForm(HelpForm):
    address = MailAddressField(label=_("New email address"), required=True)
    again = MailAddressField(label=_("Type it again"), required=True)

    field_order = ("address", "again", "reason")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("again") and given.get("again") != given.get("address"):
            self.add_error("again", _("This is another address than the first. Type both again."))
        return given
