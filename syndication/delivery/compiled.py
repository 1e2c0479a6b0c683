"""Statements that are composed once and run many times: what a delivery costs is mostly this.

Django composes a queryset's SQL anew each time. For the two dozen statements of one delivery that
took two thirds of a worker's time, the database itself a tenth (cProfile, SQLite). Here a queryset is
composed at its first use and the SQL is kept. It stays a queryset, so that each condition is written
once, for pages and for the worker, and on every engine. What only each run knows is a `Param`:

    DUE = Select(lambda: Delivery.objects.due(NOW).filter(pk=PK))
    DUE.first(now=timezone.now(), pk=7)

Only for what runs with each delivery; anything else is an ordinary queryset.

This leans on calls that Django may change (tests/syndication/delivery/test_compiled_django.py lists them). With
COMPILED_STATEMENTS=no each statement is its plain queryset, by documented calls alone, run one by one.

What it brings (29 November 2026, SQLite, medians of one run): a delivery takes 7.1 ms of processor time
instead of 18.0, a choice of 40 rows (delivery.fairness) 0.6 instead of 6.7. The line of the log was composed,
too, which made no difference (6.7 and 7.1 ms), so it is an ordinary row by now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any, Generic, TypeVar, cast

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

_Row = TypeVar("_Row", bound=Model)

ASYNC_COMMIT = "SET LOCAL synchronous_commit TO OFF;"
# PostgreSQL takes each link to have as many rows as the average one. So it sorted the 5,000 rows of one
# link to get the first, in place of reading it from the index; and compiled what runs for 5 ms (100 ms).
BY_INDEX = "SET LOCAL enable_sort TO OFF;SET LOCAL jit TO OFF;"


# What is given while plain querysets run; None while one is composed.
_params: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)


class Param(Expression):
    """A value that each run brings under `name`; of the kind that `field` holds."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        values = _params.get()
        return "%s", [self if values is None else self.stored(values)]

    def stored(self, values: dict[str, Any]) -> Any:
        """What the database is told."""
        return self.output_field.get_db_prep_save(values[self.name], connection)


def param(name: str, model: type[Model], field: str = "") -> Any:
    """`name`, of the kind of the model's field of that name, or of `field`."""
    return Param(name, model._meta.get_field(field or name))  # type: ignore[arg-type]


class CompiledStatement:
    """SQL that is composed when it is first run, and kept."""

    def __init__(self) -> None:
        self._sql = ""
        self._parameters: Sequence[Any] = ()

    def compiled(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """The SQL and what goes with it this time."""
        if not self._sql:
            sql, self._parameters = self._compile()
            self._sql = sql  # last: another thread may be looking
        return self._sql, [
            each.stored(values) if isinstance(each, Param) else each for each in self._parameters
        ]

    def result(self, cursor: Any) -> Any:
        """What it brought."""
        raise NotImplementedError

    def run_plain(self, values: dict[str, Any]) -> Any:
        """The same, by Django's own means."""
        before = _params.set(values)
        try:
            return self._plain(values)
        finally:
            _params.reset(before)

    def _plain(self, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _compile(self) -> tuple[str, Sequence[Any]]:
        return self._compose(self._compiler())

    def _compiler(self) -> SQLCompiler:
        raise NotImplementedError

    def _compose(self, compiler: SQLCompiler) -> tuple[str, Sequence[Any]]:
        return compiler.as_sql()


class CompiledSelect(CompiledStatement, Generic[_Row]):
    """Rows of a queryset, each with what its `select_related` names."""

    def __init__(self, queryset: Callable[[], QuerySet[_Row]]) -> None:
        super().__init__()
        self._queryset = queryset
        self._convert: list[tuple[int, list[Callable[..., Any]], Any]] = []
        self._build: Callable[[Sequence[Any]], _Row]

    def first(self, **values: Any) -> _Row | None:
        """The first row. Put a limit into the words where there may be many."""
        [found] = execute_pipeline((self, values))
        return found[0] if found else None

    def result(self, cursor: Any) -> list[_Row]:
        return [self._build(self._read(row)) for row in cursor.fetchall()]

    def _plain(self, values: dict[str, Any]) -> list[_Row]:
        return list(self._queryset())

    def _compiler(self) -> SQLCompiler:
        return self._queryset().query.get_compiler(connection=connection)

    def _compose(self, compiler: SQLCompiler) -> tuple[str, Sequence[Any]]:
        composed = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        self._convert = [
            (place, converters, column)
            for place, (converters, column) in compiler.get_converters(columns).items()
        ]
        self._build = _instance_builder(compiler)
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


class CompiledValues(CompiledStatement):
    """Rows of `values_list`, of columns that every engine brings as plain figures."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        super().__init__()
        self._queryset = queryset

    def all(self, **values: Any) -> list[tuple[Any, ...]]:
        [rows] = execute_pipeline((self, values), by_index=True)
        return cast("list[tuple[Any, ...]]", rows)

    def result(self, cursor: Any) -> Any:
        return cursor.fetchall()

    def _plain(self, values: dict[str, Any]) -> Any:
        return list(self._queryset.all())

    def _compiler(self) -> SQLCompiler:
        return self._queryset.query.get_compiler(connection=connection)


class CompiledPieces(CompiledValues):
    """Plain figures, by a statement of several pieces: SQL, querysets, and each Given that stands in
    the SQL as %s.

    For what a queryset cannot say (a recursion), or where the planner must not choose which table is
    read first. `otherwise` says it by querysets, whatever that costs.
    """

    def __init__(
        self,
        *pieces: str | QuerySet[Any, Any] | Param,
        otherwise: Callable[[], Iterable[tuple[Any, ...]]],
    ) -> None:
        CompiledStatement.__init__(self)
        self._pieces = pieces
        self._otherwise = otherwise

    def _plain(self, values: dict[str, Any]) -> Any:
        return list(self._otherwise())

    def _compile(self) -> tuple[str, Sequence[Any]]:
        said: list[str] = []
        parameters: list[Any] = []
        for piece in self._pieces:
            if isinstance(piece, QuerySet):
                sql, its_own = piece.query.get_compiler(connection=connection).as_sql()
                said.append(f"({sql})")
                parameters.extend(its_own)
            elif isinstance(piece, Param):
                parameters.append(piece)
            else:
                said.append(piece)
        return " ".join(said), parameters


class CompiledUpdate(CompiledStatement):
    """An UPDATE of what a queryset names. Called with a value for each of `names` and each Given."""

    def __init__(self, queryset: Callable[[], QuerySet[Any]], *names: str) -> None:
        super().__init__()
        self._queryset = queryset
        self._names = names

    def __call__(self, **values: Any) -> int:
        """How many rows there were."""
        [count] = execute_pipeline((self, values))
        return int(count)

    def result(self, cursor: Any) -> int:
        return int(cursor.rowcount)

    def _plain(self, values: dict[str, Any]) -> int:
        return self._queryset().update(**{name: values[name] for name in self._names})

    def _compiler(self) -> SQLCompiler:
        found = self._queryset()
        query: UpdateQuery = found.query.chain(UpdateQuery)  # type: ignore[assignment]
        query.add_update_values({name: param(name, found.model) for name in self._names})
        return query.get_compiler(connection=connection)


_Call = tuple[CompiledStatement, dict[str, Any]]  # with the values of its parameters


def execute_pipeline(
    *statements: _Call, is_async_commit: bool = False, by_index: bool = False
) -> list[Any]:
    """What each statement brings, with its values. PostgreSQL gets them in one message: a journey
    there and back is most of what a statement costs where the machine is busy.

    `is_async_commit`: the commit need not wait for the disk. Only a crash of the database's machine
    takes such a commit back, and never one that another waited for afterwards. `by_index`: rows that
    are asked for in an order are read from an index in that order.
    """
    if not settings.COMPILED_STATEMENTS:
        return [statement.run_plain(values) for statement, values in statements]
    composed = [statement.compiled(values) for statement, values in statements]
    with connection.cursor() as cursor:
        if _can_pipeline():
            before = ASYNC_COMMIT * is_async_commit + BY_INDEX * by_index
            cursor.execute(
                before + ";".join(each for each, _ in composed),
                [value for _, values in composed for value in values],
            )
            for _ in range(before.count(";")):
                cursor.nextset()
            return [_next_result(cursor, place, each) for place, (each, _) in enumerate(statements)]
        results = []
        for (statement, _), (sql, values) in zip(statements, composed, strict=True):
            cursor.execute(sql, values)
            results.append(statement.result(cursor))
        return results


def execute_atomic(*statements: _Call, is_async_commit: bool = False) -> list[Any]:
    """The same, all of it or nothing. To PostgreSQL one message is one transaction."""
    if settings.COMPILED_STATEMENTS and _can_pipeline() and connection.get_autocommit():
        return execute_pipeline(*statements, is_async_commit=is_async_commit)
    with transaction.atomic():
        return execute_pipeline(*statements, is_async_commit=is_async_commit)


def _can_pipeline() -> bool:
    """Whether one message may hold several statements: not where the server binds the values."""
    options = connection.settings_dict["OPTIONS"]
    return connection.vendor == "postgresql" and not options.get("server_side_binding")


def _next_result(cursor: Any, place: int, statement: CompiledStatement) -> Any:
    if place:
        cursor.nextset()
    return statement.result(cursor)


def _instance_builder(compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
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
