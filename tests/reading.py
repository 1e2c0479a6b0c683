"""How much a database reads, counted by the database itself: no clock, and no count of queries.

SQLite counts the steps of its virtual machine (one row that is read costs about ten), PostgreSQL the
rows that are fetched, in this transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

STEP = 10  # SQLite calls back after so many
_ROWS = "SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"


@dataclass
class Reading:
    """What was read, in rows; on SQLite about."""

    rows: int = 0


@contextmanager
def reading() -> Iterator[Reading]:
    """Count what the statements of the block read."""
    found = Reading()
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        before = _rows_in_postgresql()
        yield found
        found.rows = _rows_in_postgresql() - before
        return
    raw = connection.connection

    def step() -> int:
        found.rows += STEP // 10
        return 0

    raw.set_progress_handler(step, STEP)
    try:
        yield found
    finally:
        raw.set_progress_handler(None, STEP)


def _rows_in_postgresql() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        return int(cursor.fetchone()[0] or 0)
