"""Who comes, in which language, and how they press."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, override, pgettext

from accounts.models import Member
from tests.page import Page
from tests.phone import PhoneClient, log_in_phone

Scene = Iterator[tuple[str, PhoneClient]]


@dataclass
class Visit:
    """Who comes, in which language. `sandbox` is the networks that listen."""

    language: str
    hanako: Member
    sandbox: Any

    def phone(self, member: Member | None = None) -> PhoneClient:
        """A phone in this language, with a session; logged in for a member."""
        if member is None:
            phone = PhoneClient(HTTP_ACCEPT_LANGUAGE=self.language)
            phone.get("/m/")
            return phone
        return log_in_phone(member, HTTP_ACCEPT_LANGUAGE=self.language)

    def say(self, words: str, context: str = "") -> str:
        with override(self.language):
            return pgettext(context, words) if context else gettext(words)

    def press(self, phone: PhoneClient, button: str, context: str = "", **typed: Any) -> Page:
        return phone.submit(self.say(button, context), typed)


def form_secret(phone: PhoneClient) -> dict[str, str]:
    """What a form of the page must send, for a press that the page does not offer."""
    for form in phone.page.forms:
        if "csrfmiddlewaretoken" in form.fields:
            return {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"][0]}
    return {}
