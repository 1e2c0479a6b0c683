"""After a test that commits, the tables are empty again, as Django's `flush` leaves them, at a tenth of its cost.

`flush` empties all eighty tables, and `post_migrate` makes content types, permissions, staff's groups and the
operator's pages anew: 124 ms of processor on SQLite, and on PostgreSQL TRUNCATE writes several hundred files.
Here what `post_migrate` made stays, and of the other tables only those that hold something are emptied. A
test that changed what stays gets Django's own `flush`.
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from accounts.models import SitePage

# What receivers of post_migrate make, and nothing else.
STAYING = [
    model._meta.db_table
    for model in (ContentType, Permission, Group, Group.permissions.through, SitePage)
]


@pytest.fixture(scope="session")
def cheap_flush(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let tests that commit end so."""
    flush = TransactionTestCase._fixture_teardown
    with django_db_blocker.unblock():
        made = _staying_rows()

    def empty(test_case: TransactionTestCase) -> None:
        nonlocal made
        if _staying_rows() == made:
            empty_tables()
        else:
            flush(test_case)
            made = _staying_rows()

    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]


def empty_tables() -> None:
    """Delete all rows of all models, but for what `post_migrate` made."""
    names = [connection.ops.quote_name(name) for name in tables_in_use()]
    with connection.cursor() as cursor:
        with transaction.atomic():  # foreign keys are looked at when it ends
            for name in names:
                cursor.execute(f"DELETE FROM {name}")
        if names and connection.vendor == "postgresql":
            # As small as after TRUNCATE, since a plan depends on it; what tests before rolled back goes, too.
            cursor.execute(f"VACUUM {', '.join(names)}")


def tables_in_use() -> list[str]:
    """Return the tables that hold rows, the staying ones left out; on PostgreSQL also deleted rows."""
    holds = "EXISTS (SELECT 1 FROM {})"
    if connection.vendor == "postgresql":
        holds = "pg_relation_size('{}') > 0"
    asked = [
        f"SELECT '{name}' WHERE {holds.format(connection.ops.quote_name(name))}"
        for name in connection.introspection.django_table_names(include_views=False)
        if name not in STAYING
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [str(name) for (name,) in cursor.fetchall()]


def _staying_rows() -> list[list[tuple[object, ...]]]:
    rows = []
    with connection.cursor() as cursor:
        for table in STAYING:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            rows.append(cursor.fetchall())
    return rows
