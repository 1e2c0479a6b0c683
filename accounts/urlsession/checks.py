"""System checks: settings that would leak tokens or break sessions."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

_OURS = "accounts.urlsession"
_REQUIRED = {
    "E003": ("SESSION_ENGINE", f"{_OURS}.backend"),
    "E004": ("SESSION_SERIALIZER", f"{_OURS}.serializer.TokenFreeJSONSerializer"),
    "E005": ("CSRF_USE_SESSIONS", True),
    "E006": ("MESSAGE_STORAGE", "django.contrib.messages.storage.session.SessionStorage"),
}
_UNSHARED = ("locmem.LocMemCache", "dummy.DummyCache")


@register()
def check_settings(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Run all checks of this package."""
    return [*_addresses(), *_parts(), *_middleware(), *_cache()]


def _addresses() -> Iterator[CheckMessage]:
    for number, name in (("E001", "STATIC_URL"), ("E002", "MEDIA_URL")):
        # Read beneath the lazy settings: they put the script prefix before a relative value, and
        # keep it, which hands the first visitor's token to everybody.
        value = getattr(settings._wrapped, name)  # type: ignore[misc]
        if value and not value.startswith(("/", "http://", "https://")):
            yield Error(f"{name} must begin with a slash.", id=f"urlsession.{number}")


def _parts() -> Iterator[CheckMessage]:
    for number, (name, value) in _REQUIRED.items():
        if getattr(settings, name) != value:
            yield Error(f"{name} must be {value!r}.", id=f"urlsession.{number}")
    if settings.SECURE_REFERRER_POLICY == "no-referrer":
        yield Error(
            "SECURE_REFERRER_POLICY must not be no-referrer.",
            hint="Chromium then sends 'Origin: null', and CSRF refuses every POST.",
            id="urlsession.E007",
        )


def _middleware() -> Iterator[CheckMessage]:
    listed = settings.MIDDLEWARE
    if listed.count(f"{_OURS}.middleware.UrlSessionMiddleware") != 1:
        yield Error("MIDDLEWARE must name UrlSessionMiddleware once.", id="urlsession.E008")
    for stock in (
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ):
        if stock in listed:
            yield Error(f"{stock} stands beside its replacement.", id="urlsession.E009")


def _cache() -> Iterator[CheckMessage]:
    if settings.CACHES["default"]["BACKEND"].endswith(_UNSHARED):
        yield Warning(
            "The default cache is not shared by all processes.",
            hint="Rate limits count in it, so each process would allow the whole limit again.",
            id="urlsession.W001",
        )
