"""System checks of the whole site: settings under which its limits would not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

_KEEPS_ALL = "noeviction"


@register(Tags.security)
def check_proxies(**_: Any) -> list[CheckMessage]:
    """Require TRUSTED_PROXY_COUNT with https: otherwise all visitors share the proxy's address and limits."""
    if not settings.PUBLIC_URL.startswith("https://") or settings.TRUSTED_PROXY_COUNT > 0:
        return []
    return [
        Error(
            "PUBLIC_URL is https, so a proxy stands in front, but TRUSTED_PROXY_COUNT is 0.",
            hint="Set it to the number of your proxies; else every visitor has the proxy's address,"
            " and a few of them use up the limits of all.",
            id="profilelink.E001",
        )
    ]


@register(Tags.security, deploy=True)
def check_operator(**_: Any) -> list[CheckMessage]:
    """Ask for SITE_OPERATOR: nobody should have to sign up with a site that does not say whose it is."""
    if settings.SITE_OPERATOR.strip():
        return []
    return [
        Warning(
            "SITE_OPERATOR is empty, so the front page does not say who runs this site.",
            hint="Set it to a name and a way to reach you, as people should read it.",
            id="profilelink.W004",
        )
    ]


@register(Tags.database)
def check_imports(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Say that imports are off since a restore (`check --database default`, and each `migrate`)."""
    from syndication.models import ImportPause  # noqa: PLC0415 - models are ready only now

    try:
        since = ImportPause.objects.first() if databases else None
    except DatabaseError:  # no tables yet
        return []
    if since is None:
        return []
    return [
        Warning(
            f"This site was restored from a backup; imports from networks are off {since}.",
            hint="When it looks right: `manage.py resume_imports`, or in admin.",
            id="profilelink.W005",
        )
    ]


@register(Tags.security, deploy=True)
def check_deletion_log(**_: Any) -> list[CheckMessage]:
    """Ask for DELETION_LOG: a backup without it brings back what members deleted."""
    if settings.DELETION_LOG:
        return []
    return [
        Warning(
            "DELETION_LOG is empty, so a restored backup brings back what members deleted after it.",
            hint="Set it to a file beside the backups, on another disk than the database.",
            id="profilelink.W006",
        )
    ]


@register(Tags.caches)
def check_eviction(**_: Any) -> list[CheckMessage]:
    """Refuse a Redis cache that evicts live keys: rate limits would be lost."""
    return list(_eviction())


def _eviction() -> Iterator[CheckMessage]:
    cache = caches["default"]
    if not isinstance(cache, RedisCache):
        return
    try:
        policy: Any = cache._cache.get_client(None, write=True).config_get("maxmemory-policy")
    except Exception as error:  # whatever the client library raises; hosted ones forbid CONFIG
        yield Warning(
            f"Whether the Redis of CACHE_URL keeps all keys could not be asked: {error}",
            hint=f"Its maxmemory-policy has to be {_KEEPS_ALL}: rate limits count in it.",
            id="profilelink.W001",
        )
        return
    found = policy.get("maxmemory-policy", "")
    if found != _KEEPS_ALL:
        yield Error(
            f"The Redis of CACHE_URL has the maxmemory-policy {found}.",
            hint=f"Rate limits count in it, so it has to be {_KEEPS_ALL}.",
            id="profilelink.E002",
        )
