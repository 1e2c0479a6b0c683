"""Default cache, which holds the rate limits: bounded in size, and never evicts a live row.

Django's database cache deletes live rows by the order of their keys above MAX_ENTRIES, so whoever
makes many rows resets everybody's limits. Ours deletes expired rows only.

What bounds it instead is the key, for Redis too: the source of a rate limit (an address, or a text
that a visitor typed) is folded into BUCKETS buckets for each limit. Two sources in one bucket share
the limit, so it gets stricter and is never lost; without SECRET_KEY nobody can tell which sources
share one. Limits by member are not folded: there are as many as members. Folding always, and not
only when the table is full, keeps a source in its bucket for the whole window of the limit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections
from django.utils.crypto import salted_hmac

BUCKETS = 8192
SWEPT_AT_ONCE = 1000  # rows: a visitor's request does this work

# allauth's keys: allauth:rl:<app>:<action>:<rate>:<source>, and the same with ":lock" behind it.
_LIMIT = "allauth:rl:"
_LOCK = ":lock"


class ExpiringDatabaseCache(DatabaseCache):
    """Django's database cache, which never deletes a live row to make room."""

    _table: str  # Django's, set from LOCATION

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        """Delete expired rows. Django calls it on every write above MAX_ENTRIES rows."""
        operations = connections[db].ops
        table = operations.quote_name(self._table)
        cursor.execute(
            f"DELETE FROM {table} WHERE cache_key IN"  # noqa: S608 - our own table's name
            f" (SELECT cache_key FROM {table} WHERE expires < %s LIMIT {SWEPT_AT_ONCE})",
            [operations.adapt_datetimefield_value(now)],
        )


def bounded_key(key: str, key_prefix: str, version: int) -> str:
    """KEY_FUNCTION of the default cache: Django's own, with the sources of rate limits folded."""
    return f"{key_prefix}:{version}:{_folded(key) if key.startswith(_LIMIT) else key}"


def _folded(key: str) -> str:
    limit = key.removesuffix(_LOCK)
    parts = limit.split(":", 5)
    if len(parts) < 6 or parts[5].startswith("user:"):
        return key
    digest = salted_hmac("profilelink.cache", limit, algorithm="sha256").digest()
    bucket = int.from_bytes(digest[:8], "big") % BUCKETS
    lock = _LOCK if limit != key else ""
    return ":".join([*parts[:5], f"bucket-{bucket}"]) + lock
