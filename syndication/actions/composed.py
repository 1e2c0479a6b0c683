"""Statements that are composed once and run many times: what a delivery costs is mostly this.

Django composes a queryset's SQL anew each time. For the two dozen statements of one delivery that
took two thirds of a worker's time, the database itself a tenth (cProfile, SQLite). Here a queryset is
composed at its first use and the SQL is kept. It stays a queryset, so that each condition is written
once, for pages and for the worker, and on every engine. What only each run knows is a `Given`:

    DUE = Select(lambda: Delivery.objects.due(NOW).filter(pk=PK))
    DUE.first(now=timezone.now(), pk=7)

Only for what runs with each delivery; anything else is an ordinary queryset.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from django.db import connection, transaction
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

_Row = TypeVar("_Row", bound=Model)

DO_NOT_WAIT = "SET LOCAL synchronous_commit TO OFF;"
# PostgreSQL takes each link to have as many rows as the average one. So it sorted the 5,000 rows of one
# link to get the first, in place of reading it from the index; and compiled what runs for 5 ms (100 ms).
BY_INDEX = "SET LOCAL enable_sort TO OFF;SET LOCAL jit TO OFF;"


class Given(Expression):
    """A value that each run brings under `name`; of the kind that `field` holds."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def stored(self, values: dict[str, Any]) -> Any:
        """What the database is told."""
        return self.output_field.get_db_prep_save(values[self.name], connection)


def given(name: str, model: type[Model], field: str = "") -> Any:
    """`name`, of the kind of the model's field of that name, or of `field`."""
    return Given(name, model._meta.get_field(field or name))  # type: ignore[arg-type]


class Statement:
    """SQL that is composed when it is first run, and kept."""

    def __init__(self) -> None:
        self._sql = ""
        self._parameters: Sequence[Any] = ()

    def composed(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """The SQL and what goes with it this time."""
        if not self._sql:
            sql, self._parameters = self._made()
            self._sql = sql  # last: another thread may be looking
        return self._sql, [
            each.stored(values) if isinstance(each, Given) else each for each in self._parameters
        ]

    def result(self, cursor: Any) -> Any:
        """What it brought."""
        raise NotImplementedError

    def _made(self) -> tuple[str, Sequence[Any]]:
        return self._compose(self._compiler())

    def _compiler(self) -> SQLCompiler:
        raise NotImplementedError

    def _compose(self, compiler: SQLCompiler) -> tuple[str, Sequence[Any]]:
        return compiler.as_sql()


class Select(Statement, Generic[_Row]):
    """Rows of a queryset, each with what its `select_related` names."""

    def __init__(self, words: Callable[[], QuerySet[_Row]]) -> None:
        super().__init__()
        self._words = words
        self._convert: list[tuple[int, list[Callable[..., Any]], Any]] = []
        self._build: Callable[[Sequence[Any]], _Row]

    def first(self, **values: Any) -> _Row | None:
        """The first row. Put a limit into the words where there may be many."""
        [found] = together((self, values))
        return found[0] if found else None

    def result(self, cursor: Any) -> list[_Row]:
        return [self._build(self._read(row)) for row in cursor.fetchall()]

    def _compiler(self) -> SQLCompiler:
        return self._words().query.get_compiler(connection=connection)

    def _compose(self, compiler: SQLCompiler) -> tuple[str, Sequence[Any]]:
        composed = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        self._convert = [
            (place, converters, column)
            for place, (converters, column) in compiler.get_converters(columns).items()
        ]
        self._build = _builder(compiler)
        return composed

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        """The row as Python has it."""
        if not self._convert:
            return row
        values = list(row)
        for place, converters, column in self._convert:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return values


class Figures(Statement):
    """Rows of `values_list`, of columns that every engine brings as plain figures."""

    def __init__(self, words: QuerySet[Any, Any]) -> None:
        super().__init__()
        self._words = words

    def all(self, **values: Any) -> list[tuple[int, ...]]:
        [rows] = together((self, values), by_index=True)
        return cast("list[tuple[int, ...]]", rows)

    def result(self, cursor: Any) -> Any:
        return cursor.fetchall()

    def _compiler(self) -> SQLCompiler:
        return self._words.query.get_compiler(connection=connection)


class Assembled(Statement):
    """Plain figures, by a statement of several pieces: SQL, querysets, and each Given that stands in
    the SQL as %s.

    For what a queryset cannot say (a recursion), or where the planner must not choose which table is
    read first.
    """

    def __init__(self, *pieces: str | QuerySet[Any, Any] | Given) -> None:
        super().__init__()
        self._pieces = pieces

    def all(self, **values: Any) -> list[tuple[Any, ...]]:
        [rows] = together((self, values), by_index=True)
        return cast("list[tuple[Any, ...]]", rows)

    def result(self, cursor: Any) -> Any:
        return cursor.fetchall()

    def _made(self) -> tuple[str, Sequence[Any]]:
        said: list[str] = []
        parameters: list[Any] = []
        for piece in self._pieces:
            if isinstance(piece, QuerySet):
                sql, its_own = piece.query.get_compiler(connection=connection).as_sql()
                said.append(f"({sql})")
                parameters.extend(its_own)
            elif isinstance(piece, Given):
                parameters.append(piece)
            else:
                said.append(piece)
        return " ".join(said), parameters


class Update(Statement):
    """An UPDATE of what a queryset names. Called with a value for each of `names` and each Given."""

    def __init__(self, words: Callable[[], QuerySet[Any]], *names: str) -> None:
        super().__init__()
        self._words = words
        self._names = names

    def __call__(self, **values: Any) -> int:
        """How many rows there were."""
        [count] = together((self, values))
        return int(count)

    def result(self, cursor: Any) -> int:
        return int(cursor.rowcount)

    def _compiler(self) -> SQLCompiler:
        found = self._words()
        query: UpdateQuery = found.query.chain(UpdateQuery)  # type: ignore[assignment]
        query.add_update_values({name: given(name, found.model) for name in self._names})
        return query.get_compiler(connection=connection)


class Insert(Statement):
    """One new row; columns that are not among `names` get the model's defaults. Its key."""

    def __init__(self, model: type[Model], *names: str) -> None:
        super().__init__()
        self._model = model
        self._names = names

    def result(self, cursor: Any) -> Any:
        return cursor.fetchone()[0]

    def _compiler(self) -> SQLCompiler:
        meta = self._model._meta
        row = self._model(**{name: given(name, self._model) for name in self._names})
        query = InsertQuery(self._model)
        fields = [field for field in meta.concrete_fields if not field.primary_key]
        query.insert_values(fields, [row])
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [meta.pk]
        return compiler

    def _compose(self, compiler: SQLCompiler) -> tuple[str, Sequence[Any]]:
        [composed] = cast("list[tuple[str, Sequence[Any]]]", compiler.as_sql())
        return composed


def together(
    *said: tuple[Statement, dict[str, Any]], may_be_lost: bool = False, by_index: bool = False
) -> list[Any]:
    """What each statement brings, with its values. PostgreSQL gets them in one message: a journey
    there and back is most of what a statement costs where the machine is busy.

    `may_be_lost`: the commit need not wait for the disk. Only a crash of the database's machine
    takes such a commit back, and never one that another waited for afterwards. `by_index`: rows that
    are asked for in an order are read from an index in that order.
    """
    composed = [statement.composed(values) for statement, values in said]
    with connection.cursor() as cursor:
        if _takes_many():
            before = DO_NOT_WAIT * may_be_lost + BY_INDEX * by_index
            cursor.execute(
                before + ";".join(each for each, _ in composed),
                [value for _, values in composed for value in values],
            )
            for _ in range(before.count(";")):
                cursor.nextset()
            return [_next(cursor, place, each) for place, (each, _) in enumerate(said)]
        results = []
        for (statement, _), (sql, values) in zip(said, composed, strict=True):
            cursor.execute(sql, values)
            results.append(statement.result(cursor))
        return results


def at_once(*said: tuple[Statement, dict[str, Any]], may_be_lost: bool = False) -> list[Any]:
    """The same, all of it or nothing. To PostgreSQL one message is one transaction."""
    if _takes_many() and connection.get_autocommit():
        return together(*said, may_be_lost=may_be_lost)
    with transaction.atomic():
        return together(*said, may_be_lost=may_be_lost)


def _takes_many() -> bool:
    """Whether one message may hold several statements: not where the server binds the values."""
    options = connection.settings_dict["OPTIONS"]
    return connection.vendor == "postgresql" and not options.get("server_side_binding")


def _next(cursor: Any, place: int, statement: Statement) -> Any:
    if place:
        cursor.nextset()
    return statement.result(cursor)


def _builder(compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
    """What makes an instance, with its related ones, of a row of `compiler`."""
    info = compiler.klass_info
    places = info["select_fields"]
    start, end = places[0], places[-1] + 1
    names = [column.target.attname for column, _, _ in compiler.select[start:end]]
    related = get_related_populators(info, compiler.select, connection.alias)

    def build(row: Sequence[Any]) -> Any:
        instance = info["model"].from_db(connection.alias, names, row[start:end])
        for each in related:
            each.populate(row, instance)
        return instance

    return build
