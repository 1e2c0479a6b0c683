"""Indexes on large tables are built while others write."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

# SQLite makes SQL for tables outside of a transaction alone.
pytestmark = pytest.mark.django_db(transaction=True)
NEWEST = [
    ("accounts", "0028"),
    ("accounts", "0031"),
    ("syndication", "0051"),
    ("syndication", "0052"),
    ("syndication", "0055"),
]


@pytest.mark.parametrize(("app", "migration"), NEWEST)
def test_an_index_locks_no_writer_out(app: str, migration: str) -> None:
    said = StringIO()
    call_command("sqlmigrate", app, migration, stdout=said, no_color=True)
    lines = [line for line in said.getvalue().splitlines() if line and not line.startswith("--")]
    built = [line for line in lines if line.startswith("CREATE ")]
    assert built
    if connection.vendor == "postgresql":
        assert "BEGIN;" not in lines
        assert all(line.startswith("CREATE INDEX CONCURRENTLY ") for line in built)
        dropped = [line for line in lines if line.startswith("DROP INDEX CONCURRENTLY IF EXISTS ")]
        assert len(dropped) == len(built)  # of a build that broke off
