"""The product's one `SafeHttp`: whatever leaves this machine goes through what is made here."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from accounts.safe_http import SafeHttp


def outgoing_http() -> SafeHttp:
    """The way out, with the private hosts that ALLOWED_PRIVATE_HOSTS lets through."""
    return _made_for(
        f"ProfileLink/{settings.VERSION} (+{settings.PUBLIC_URL})",
        tuple(settings.ALLOWED_PRIVATE_HOSTS),
    )


@lru_cache(maxsize=2)
def _made_for(user_agent: str, allowed: tuple[str, ...]) -> SafeHttp:
    """Kept, since reading the list of authorities takes a while."""
    return SafeHttp(user_agent=user_agent, allowed=allowed)
