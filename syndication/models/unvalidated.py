"""Operations of migrations for tables with many rows: constraints that hold for new rows at once, and are
checked for those that stand by a later migration.

On PostgreSQL a constraint of a table is added under a lock that lets nobody read or write, until all rows
are checked. NOT VALID leaves the check out; VALIDATE CONSTRAINT makes it while others write. SQLite knows
neither, and has one writer anyway: there the constraint is added as Django adds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation


def _is_postgresql(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")


class AddUnvalidatedConstraint(migrations.AddConstraint):
    """AddConstraint without a look at the rows that stand."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not _is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        statement = self.constraint.create_sql(model, schema_editor)
        schema_editor.execute(f"{statement} NOT VALID", params=None)


class AddConstraintLater(migrations.AddConstraint):
    """AddConstraint of a unique index that on PostgreSQL is built by a later migration (BuildUniqueConstraint)."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not _is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class _OnTableAlone(Operation):
    """Something that the models were told of when the constraint was added. Backwards nothing is done."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """They were told before."""

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Nothing was changed."""


class BuildUniqueConstraint(_OnTableAlone):
    """Build the unique index of a constraint that was added later, while others write. Harmless where it stands.

    For a migration with `atomic = False`.
    """

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not _is_postgresql(schema_editor):
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        [constraint] = [each for each in model._meta.constraints if each.name == self.name]
        if _is_index_valid(schema_editor.connection, self.name):
            return
        name = schema_editor.quote_name(self.name)
        broken_off = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
        schema_editor.execute(broken_off)
        statement = str(constraint.create_sql(model, schema_editor))
        begin = "CREATE UNIQUE INDEX"
        assert statement.startswith(begin)  # noqa: S101 - a constraint without a condition is none
        schema_editor.execute(f"{begin} CONCURRENTLY{statement.removeprefix(begin)}", params=None)

    def describe(self) -> str:
        return f"Build {self.name}"


class AddUnvalidatedForeignKey(migrations.AddField):
    """AddField of a foreign key without a look at the rows that stand."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        with _foreign_keys_unvalidated(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AlterUnvalidatedForeignKey(migrations.AlterField):
    """AlterField of a foreign key, which Django drops for it and adds anew, without that look."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        with _foreign_keys_unvalidated(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


@contextmanager
def _foreign_keys_unvalidated(schema_editor: Any) -> Iterator[None]:
    if not _is_postgresql(schema_editor):
        yield
        return
    inline, apart = schema_editor.sql_create_column_inline_fk, schema_editor.sql_create_fk
    schema_editor.sql_create_column_inline_fk = None
    schema_editor.sql_create_fk = f"{apart} NOT VALID"
    try:
        yield
    finally:
        schema_editor.sql_create_column_inline_fk = inline
        schema_editor.sql_create_fk = apart


class ValidateConstraints(_OnTableAlone):
    """Check all rows of the table for constraints that were added unvalidated. Harmless where they are valid.

    For a migration with `atomic = False`, or the locks of its other operations are held meanwhile.
    """

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not _is_postgresql(schema_editor):
            return
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for name in _unvalidated(schema_editor.connection, table):
            quoted = (schema_editor.quote_name(part) for part in (table, name))
            schema_editor.execute("ALTER TABLE {} VALIDATE CONSTRAINT {}".format(*quoted))

    def describe(self) -> str:
        return f"Validate the constraints of {self.model_name}"


def _unvalidated(connection: Any, table: str) -> list[str]:
    found = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND NOT convalidated"
    with connection.cursor() as cursor:
        cursor.execute(found, [table])
        return sorted(name for (name,) in cursor.fetchall())


def _is_index_valid(connection: Any, name: str) -> bool:
    found = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
    with connection.cursor() as cursor:
        cursor.execute(found, [name])
        return bool((cursor.fetchone() or [False])[0])
