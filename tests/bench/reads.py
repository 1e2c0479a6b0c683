"""What a page or a step takes of PostgreSQL: milliseconds of processor, rows read, buffers, and plans."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

ROUNDS = 2
HEAVIEST = 10
# Of this transaction alone; the catalog's own buffers are left out.
_COUNTS = """
    SELECT (SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables),
           SUM(pg_stat_get_xact_blocks_fetched(oid))
    FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace
"""
_VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+\b")

Taken = tuple[float, int, int]  # milliseconds, rows, buffers


class Reads:
    """Measures one thing after another, and remembers the slowest statements."""

    def __init__(self) -> None:
        self._slowest: dict[str, tuple[float, str, str]] = {}  # by shape: milliseconds, SQL, where
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._processor = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
            # Their reads are counted elsewhere, and a small host has no processor for them.
            cursor.execute("SET max_parallel_workers_per_gather = 0")

    def of(self, name: str, act: Callable[[], Any]) -> Taken:
        """The best of ROUNDS, after one that warms caches; what `act` writes is rolled back."""
        rounds = [self._once(name, act) for _round in range(ROUNDS + 1)][1:]
        milliseconds, rows, buffers = min(rounds)
        return round(milliseconds, 1), rows, buffers

    def _once(self, name: str, act: Callable[[], Any]) -> Taken:
        with transaction.atomic(), connection.cursor() as cursor:
            before = _counts(cursor)
            with CaptureQueriesContext(connection) as found:
                begin = self._processor_ms()
                act()
                took = self._processor_ms() - begin
            after = _counts(cursor)
            transaction.set_rollback(True)
        for query in found.captured_queries:
            self._remember(name, query)
        return took, after[0] - before[0], after[1] - before[1]

    def _processor_ms(self) -> float:
        """Of the database's process, so that what else runs on the machine does not count; it runs here."""
        return int(self._processor.read_text().split()[0]) / 1e6

    def _remember(self, name: str, query: dict[str, str]) -> None:
        shape, took = _VALUES.sub("?", query["sql"]), 1000 * float(query["time"])
        if shape.lstrip().startswith(("SELECT", "(SELECT", "WITH")):
            seen = self._slowest.get(shape)
            # The fastest run of a statement counts: others share this machine.
            if seen is None or took < seen[0]:
                self._slowest[shape] = (took, query["sql"], name)

    def plans(self) -> list[str]:
        """EXPLAIN of the HEAVIEST statements, slowest first."""
        heaviest = sorted(self._slowest.values(), reverse=True)[:HEAVIEST]
        return [self._plan(*one) for one in heaviest]

    def _plan(self, took: float, sql: str, name: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
            plan = "\n".join(f"    {line}" for (line,) in cursor.fetchall())
        return f"{took:.1f} ms, {name}\n  {sql[:300]}\n{plan}"


def _counts(cursor: Any) -> tuple[int, int]:
    cursor.execute(_COUNTS)
    rows, buffers = cursor.fetchone()
    return int(rows or 0), int(buffers or 0)
