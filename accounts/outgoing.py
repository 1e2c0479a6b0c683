"""The product's `SafeHttp` instances: all requests to outside go through these."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from accounts.safe_http import SafeHttp


def outgoing_http() -> SafeHttp:
    """Client for networks, which may also reach ALLOWED_PRIVATE_HOSTS."""
    return _made_for(_user_agent(), tuple(settings.ALLOWED_PRIVATE_HOSTS))


def public_http(*, also: str = "") -> SafeHttp:
    """Client for URLs that members or strangers' servers name: public hosts only.

    ALLOWED_PRIVATE_HOSTS opens a private network to connectors and linking; here it would let any
    member read that machine's pages. `also` is one `host:port` that counts if it is listed there.
    """
    allowed = [host for host in settings.ALLOWED_PRIVATE_HOSTS if host.strip().lower() == also]
    return _made_for(_user_agent(), (*settings.ALLOWED_PRIVATE_PAGES, *allowed))


def _user_agent() -> str:
    return f"ProfileLink/{settings.VERSION} (+{settings.PUBLIC_URL})"


@lru_cache(maxsize=8)
def _made_for(user_agent: str, allowed: tuple[str, ...]) -> SafeHttp:
    """Cached, since reading the list of authorities takes a while."""
    return SafeHttp(user_agent=user_agent, allowed=allowed)
