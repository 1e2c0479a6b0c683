"""The field of all forms that ask for an email address."""

from __future__ import annotations

from typing import Any

from allauth.account import fields
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from accounts.mail_addresses import canonical_email, is_sendable


class MailAddressField(fields.EmailField):
    """Email field that also takes carriers' nonstandard addresses."""

    def to_python(self, value: Any) -> str:
        typed: str = super().to_python(value)
        return canonical_email(typed)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value and not is_sendable(value):
            raise ValidationError(EmailValidator.message, code="invalid")
