"""System checks of EMAIL_URL: mails hold addresses that open accounts, so they must reach a mail server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

_CONSOLE = "django.core.mail.backends.console.EmailBackend"
_NOWHERE = "django.core.mail.backends.dummy.EmailBackend"
_HINT = "Set EMAIL_URL to your mail server, such as smtp+tls://user:password@host:587."


@register(Tags.security)
def check_email_url(**_: Any) -> list[CheckMessage]:
    """Report an EMAIL_URL whose mails go to the log or to nobody.

    The folder of `filemail:///` is the host's own choice, and the demo's.
    """
    return [] if settings.DEBUG else list(_found())


def _found() -> Iterator[CheckMessage]:
    backend: str = settings.EMAIL_BACKEND
    if backend == _CONSOLE:
        yield Error(
            "EMAIL_URL writes mails to the log, with addresses that open accounts.",
            hint=_HINT,
            id="profilelink.E003",
        )
    elif backend == _NOWHERE:
        yield Warning("EMAIL_URL throws mails away.", hint=_HINT, id="profilelink.W003")
    elif not settings.EMAIL_URL:
        yield Warning(
            "EMAIL_URL is not set, so mails go to port 25 of this machine.",
            hint=_HINT,
            id="profilelink.W002",
        )
