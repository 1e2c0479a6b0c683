"""The table of notices as it was before accounts had one for all of them, for tests of migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

MOVE = "syndication.migrations.0030_move_notices"


@contextmanager
def old_notices() -> Iterator[Apps]:
    """The models of that time, with their table."""
    app, _dot, name = MOVE.replace(".migrations.", ".").rpartition(".")
    apps = MigrationLoader(connection).project_state([(app, name)]).apps
    model = apps.get_model("syndication", "Notice")
    editor = connection.SchemaEditorClass(connection)  # entered, SQLite's refuses transactions
    editor.deferred_sql = []
    sql, values = editor.table_sql(model)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        yield apps
        cursor.execute(f"DROP TABLE {model._meta.db_table}")
