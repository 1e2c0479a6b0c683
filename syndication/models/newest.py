"""The newest rows of several owners together, read by each owner's own index: a k-way merge in SQL.

`owner IN (…) ORDER BY time LIMIT 11` leaves a database the choice between all rows of all owners and a
walk through everybody's rows by time; both grow with the tables. Here each owner's newest row is looked
up, and then only the next ones of those owners whose newest row is among the newest of all. LATERAL
would say it in fewer words; SQLite has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection as default
from django.db.models import Expression, Field, IntegerField, Q, QuerySet


class Column(Expression):
    """A raw column, or expression, of the statement that embeds a queryset."""

    def __init__(self, sql: str, kind: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=kind or IntegerField())
        self.sql = sql

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return self.sql, ()


class NewestOfAll(Expression):
    """A subquery: the keys of the `most` newest rows that the owners have together.

    `owners`: their keys, as a queryset or subquery of one column. `rows`: the rows of one owner. `time`: the column
    that orders them; an index on (owner, -time, -id) is read.
    """

    def __init__(
        self,
        owners: QuerySet[Any, Any] | Expression,
        rows: Callable[[Column], QuerySet[Any]],
        *,
        time: str,
        most: int,
    ) -> None:
        super().__init__(output_field=IntegerField())
        self.owners = owners
        self.rows = rows
        self.time = time
        self.most = most

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        newest = self.rows(Column("owners.owner"))
        table, of_walk = newest.model._meta.db_table, self.rows(Column("walk.owner"))
        # Looked up row by row: a join might be made by reading the whole table.
        time = f"(SELECT x.{self.time} FROM {table} x WHERE x.id = %s.pk)"  # noqa: S608 - our names
        at = Column(time % "walk", newest.model._meta.get_field(self.time))
        is_before = Q(**{f"{self.time}__lte": at}) & ~Q(
            **{self.time: at, "pk__gte": Column("walk.pk")}
        )
        parts = [self._first(newest), self._first(of_walk.filter(is_before))]
        owners, values = compiled(self.owners)
        by_time = f"ORDER BY at DESC, pk DESC LIMIT {self.most}"
        sql = (
            f"(WITH RECURSIVE owners(owner) AS ({owners}),"  # noqa: S608 - names of ours
            f" heads(owner, pk) AS MATERIALIZED (SELECT owner, ({parts[0][0]}) FROM owners),"
            f" timed(owner, pk, at) AS MATERIALIZED (SELECT owner, pk, {time % 'heads'} FROM heads"
            " WHERE pk IS NOT NULL),"
            " ahead(owner, pk, place) AS MATERIALIZED (SELECT owner, pk, ROW_NUMBER() OVER"
            f" (ORDER BY at DESC, pk DESC) FROM timed {by_time}),"
            f" walk(owner, pk, place) AS (SELECT owner, pk, place FROM ahead UNION ALL"
            f" SELECT walk.owner, ({parts[1][0]}), walk.place + 1 FROM walk"
            f" WHERE walk.pk IS NOT NULL AND walk.place < {self.most}),"
            f" found(pk, at) AS MATERIALIZED (SELECT pk, {time % 'walk'} FROM walk"
            " WHERE pk IS NOT NULL)"
            f" SELECT pk FROM found {by_time})"
        )
        return sql, (*values, *parts[0][1], *parts[1][1])

    def _first(self, rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
        return compiled(rows.order_by(f"-{self.time}", "-pk").values("pk")[:1])


class Keys(Expression):
    """A subquery: the keys in the one column of `rows`, with their order and limit."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        super().__init__(output_field=IntegerField())
        self.rows = rows

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, values = compiled(self.rows)
        return f"({sql})", values


class OneOfAll(Expression):
    """A subquery: the keys that any of `parts` (subqueries of keys) has, or that stand in `keys`."""

    def __init__(self, *parts: Expression, keys: Iterable[int] = ()) -> None:
        super().__init__(output_field=IntegerField())
        self.parts = parts
        self.keys = list(keys)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        made = [part.as_sql(compiler, connection) for part in self.parts]
        # An OR of two IN (…) is answered by reading the whole table.
        found = [f"SELECT part.* FROM {sql} part" for sql, _values in made]  # noqa: S608 - ours
        found += ["SELECT %s"] * len(self.keys)
        values = [value for _sql, more in made for value in more] + self.keys
        return f"({' UNION ALL '.join(found)})", tuple(values)


def compiled(
    rows: QuerySet[Any, Any] | Expression, compiler: Any = None
) -> tuple[str, tuple[Any, ...]]:
    """The statement of a queryset or subquery, to be embedded, with its values."""
    if isinstance(rows, Expression):
        sql, values = rows.as_sql(compiler, default)
    else:
        sql, values = rows.query.get_compiler(connection=default).as_sql()
    return sql, tuple(values)
