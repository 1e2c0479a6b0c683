"""An operation of migrations: an index on a table with many rows, built while others write.

CREATE INDEX lets nobody write to the table until all rows are read; CONCURRENTLY waits for nobody's rows, and
takes two passes. Not Django's operation of that name: it needs psycopg, which a site on SQLite lacks.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations


class AddIndexConcurrently(migrations.AddIndex):
    """AddIndex with CONCURRENTLY on PostgreSQL, for a migration with `atomic = False`."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            model = to_state.apps.get_model(app_label, self.model_name)
            # A build that broke off leaves an index that is not valid.
            name = schema_editor.quote_name(self.index.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            schema_editor.add_index(model, self.index, concurrently=True)
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
