"""A lookup by the beginning of a text that uses an index on both databases."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import StartsWith

_LAST = "\U0010ffff"  # sorts behind every text that begins alike


@CharField.register_lookup
class Prefix(StartsWith):
    """`name__prefix="はな"`. As `startswith`, and case-sensitive as that.

    PostgreSQL uses an index with varchar_pattern_ops for LIKE. SQLite's LIKE takes "A" for "a" and so no
    index whose order tells them apart; two comparisons do.
    """

    lookup_name = "prefix"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return str(connection.operators["startswith"] % rhs)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        both = [*params, self.rhs, *params, f"{self.rhs}{_LAST}"]
        return f"({column} >= %s AND {column} < %s)", both
