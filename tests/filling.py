"""Many rows in seconds: copies of one row, made by one statement of the database itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model


def copies(row: Model, count: int, **columns: str) -> range:
    """`count` copies of `row`; each of `columns` is an SQL expression, in which `n` counts from 0.
    Their keys."""
    model = type(row)
    meta = model._meta
    first = (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1
    names, values = [meta.pk.column], [f"{first} + n"]
    for field in meta.concrete_fields:
        if not field.primary_key:
            names.append(connection.ops.quote_name(field.column))
            values.append(columns.get(field.attname, f"t.{names[-1]}"))
    table = connection.ops.quote_name(meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) "
            f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {count - 1}) "
            f"SELECT {', '.join(values)} FROM c, {table} t WHERE t.{meta.pk.column} = {row.pk}"
        )
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
    return range(first, first + count)


def before(moment: datetime, seconds: str) -> str:
    """So many `seconds` (an SQL expression) before `moment`, as SQL."""
    text = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    if connection.vendor == "postgresql":
        return f"TIMESTAMPTZ '{text}+00' - ({seconds}) * INTERVAL '1 second'"
    return f"strftime('%Y-%m-%d %H:%M:%f', '{text}', '-' || ({seconds}) || ' seconds') || '000'"


def vacuumed() -> None:
    """Remove the rows that tests before this one rolled back: PostgreSQL leaves them in the tables, and
    plans for tables as large as these. On a connection of its own, since a transaction allows no VACUUM."""
    if connection.vendor != "postgresql":
        return
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("VACUUM")
    finally:
        own.close()


def analysed(*models: type[Any]) -> None:
    """Tell the planner how large the tables are now, as autovacuum would within the minute."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
