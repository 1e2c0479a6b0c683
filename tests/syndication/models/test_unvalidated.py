"""Constraints of large tables are checked for the rows that stand without stopping those who write."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

# SQLite makes SQL for tables outside of a transaction alone.
pytestmark = pytest.mark.django_db(transaction=True)


def statements(migration: str) -> list[str]:
    said = StringIO()
    call_command("sqlmigrate", "syndication", migration, stdout=said, no_color=True)
    return [line for line in said.getvalue().splitlines() if line and not line.startswith("--")]


def test_what_was_added_to_deliveries_reads_no_row_under_its_lock() -> None:
    added = [line for line in statements("0033") if line.startswith("ALTER TABLE")]
    unread = [line for line in added if line.endswith("NOT VALID;")]
    if connection.vendor == "sqlite":
        assert not unread
        return
    of_deliveries = [line for line in added if '"syndication_delivery" ADD CONSTRAINT' in line]
    assert len(of_deliveries) == 3  # post, interaction, and that it is one of both
    assert of_deliveries == unread


def test_no_index_of_deliveries_is_built_under_the_lock_of_0033() -> None:
    built = [line for line in statements("0033") if "delivery_of_interaction_once" in line]
    assert bool(built) == (connection.vendor == "sqlite")
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "syndication_delivery")
    assert found["delivery_of_interaction_once"]["unique"]
    assert found["delivery_of_interaction_once"]["columns"] == [
        "interaction_id", "link_id", "kind", "sequence",
    ]  # fmt: skip


def test_the_index_of_a_build_that_broke_off_is_built_anew() -> None:
    """And one that stands, of a site that ran 0033 before, is left as it is."""
    assert "BEGIN;" not in statements("0053")
    assert statements("0053") == []
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX delivery_of_interaction_once")
    _dropped, built = statements("0053")
    assert built.startswith("CREATE UNIQUE INDEX CONCURRENTLY ")
    with connection.cursor() as cursor:
        cursor.execute(built)


def test_in_the_end_all_is_checked() -> None:
    assert "BEGIN;" not in statements("0049")  # else its lock would be held meanwhile
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
            assert cursor.fetchall() == []
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = 'syndication_delivery'::regclass"
                " AND (contype = 'f' OR conname LIKE '%post_or%')"
            )
            assert len(cursor.fetchall()) == 4  # its link, too
