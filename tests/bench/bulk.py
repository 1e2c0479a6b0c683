"""Fill tables without their indexes, which are built afterwards: 29 million friendships in minutes, not hours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'u' AND connamespace = 'public'::regnamespace
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT indisprimary
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""
_TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = 'public'::regnamespace
"""


@contextmanager
def without_indexes() -> Iterator[None]:
    """For the block: no index but the keys, no foreign key looked up, and on PostgreSQL no write-ahead log,
    so that a crash of the server empties the tables. Check constraints hold."""
    with connection.cursor() as cursor:
        fill = _postgresql if connection.vendor == "postgresql" else _sqlite
        with fill(cursor):
            yield


@contextmanager
def _postgresql(cursor: Any) -> Iterator[None]:
    cursor.execute("SET session_replication_role = replica")  # the triggers of foreign keys rest
    cursor.execute("SET maintenance_work_mem = '1GB'")
    _without_log(cursor)
    constraints, indexes = _rows(cursor, _CONSTRAINTS), _rows(cursor, _INDEXES)
    for table, name, _definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for table, name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("SET session_replication_role = origin")


def _without_log(cursor: Any) -> None:
    """A table may go unlogged only after those that refer to it."""
    left = [table for (table,) in _rows(cursor, _TABLES)]
    while left:
        refused = []
        for table in left:
            cursor.execute(
                "SELECT 1 FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE contype = 'f'"
                " AND confrelid = %s::regclass AND conrelid <> confrelid AND relpersistence = 'p' LIMIT 1",
                [table],
            )
            if cursor.fetchone():
                refused.append(table)
            else:
                cursor.execute(f"ALTER TABLE {table} SET UNLOGGED")
        if len(refused) == len(left):
            return  # a circle of references: these keep their log
        left = refused


@contextmanager
def _sqlite(cursor: Any) -> Iterator[None]:
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.execute("PRAGMA synchronous = OFF")
    indexes = _rows(
        cursor, "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    )
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("PRAGMA foreign_keys = ON")


def _rows(cursor: Any, statement: str) -> list[tuple[str, ...]]:
    cursor.execute(statement)
    return list(cursor.fetchall())
