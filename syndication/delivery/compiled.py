"""Compiled statements: querysets whose SQL is compiled at first use and kept.

Django compiles a queryset's SQL each time. For the two dozen statements of one delivery that took two
thirds of a worker's time, the database itself a tenth (cProfile, SQLite). The source stays a queryset,
so that each condition is written once, for pages and worker, on every engine. A value that changes with
each run is a `Param`:

    DUE = CompiledSelect(lambda: Delivery.objects.due(NOW).filter(pk=PK))
    DUE.first(now=timezone.now(), pk=7)

Only for what runs with each delivery. Pages have accounts.models.compiled_query, which says why.

This leans on calls that Django may change (tests/syndication/delivery/test_compiled_django.py lists them). With
COMPILED_STATEMENTS=no each statement is its plain queryset, by documented calls alone, run one by one.

What it brings (29 November 2026, SQLite, medians of one run): a delivery takes 7.1 ms of processor time
instead of 18.0, a choice of 40 rows (delivery.fairness) 0.6 instead of 6.7. To compile the log row, too,
made no difference (6.7 and 7.1 ms).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, Generic, TypeVar, cast

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

from accounts.models.kept_sql import Given, KeptSql

_Row = TypeVar("_Row", bound=Model)

ASYNC_COMMIT = "SET LOCAL synchronous_commit TO OFF;"
# PostgreSQL takes each link to have as many rows as the average one. So it sorted the 5,000 rows of one
# link to get the first, in place of reading it from the index; and compiled what runs for 5 ms (100 ms).
BY_INDEX = "SET LOCAL enable_sort TO OFF;SET LOCAL jit TO OFF;"


# The values while plain querysets run; None while one is compiled.
_params: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)


class Param(Expression):
    """A value that each run passes under `name`, prepared as for `field`."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        values = _params.get()
        return "%s", [self if values is None else self.stored(values)]

    def stored(self, values: dict[str, Any]) -> Any:
        """The value as the database takes it."""
        return self.output_field.get_db_prep_save(values[self.name], connection)


def param(name: str, model: type[Model], field: str = "") -> Any:
    """The parameter `name`, prepared as for the model's field of that name, or for `field`."""
    return Param(name, model._meta.get_field(field or name))  # type: ignore[arg-type]


class CompiledStatement:
    """SQL that is compiled at its first run, and kept."""

    def __init__(self) -> None:
        self._kept: tuple[KeptSql, list[Param]] | None = None

    def compiled(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """The SQL and its parameters for this run."""
        if self._kept is None:
            self._kept = self._keep()
        sql, params = self._kept
        return sql.with_values([each.stored(values) for each in params])

    def _keep(self) -> tuple[KeptSql, list[Param]]:
        sql, parameters = self._compile()
        params = [each for each in parameters if isinstance(each, Param)]
        numbers = itertools.count()
        in_places = [
            Given(next(numbers)) if isinstance(each, Param) else each for each in parameters
        ]
        return KeptSql(sql, in_places), params

    def result(self, cursor: Any) -> Any:
        """The result read from the cursor."""
        raise NotImplementedError

    def run_plain(self, values: dict[str, Any]) -> Any:
        """The same result by a plain queryset."""
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
        """The first row. Put a limit into the queryset if there may be many."""
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
        """The row with Django's converters applied."""
        if not self._convert:
            return row
        values = list(row)
        for place, converters, column in self._convert:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return values


class CompiledValues(CompiledStatement):
    """Rows of `values_list`, of columns that need no conversion on any engine."""

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


class CompiledUpdate(CompiledStatement):
    """An UPDATE of a queryset's rows. Called with a value for each of `names` and each Param."""

    def __init__(self, queryset: Callable[[], QuerySet[Any]], *names: str) -> None:
        super().__init__()
        self._queryset = queryset
        self._names = names

    def __call__(self, **values: Any) -> int:
        """Run it. Return the number of rows."""
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
    """Run each statement with its values; return their results. PostgreSQL gets all in one round trip,
    which is most of a statement's cost on a busy machine.

    `is_async_commit`: the commit does not wait for the disk. Only a crash of the database's machine
    loses such a commit, and never one before a commit that did wait. `by_index`: ordered rows are read
    from an index in that order.
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
    """The same in one transaction, which one message is to PostgreSQL."""
    if settings.COMPILED_STATEMENTS and _can_pipeline() and connection.get_autocommit():
        return execute_pipeline(*statements, is_async_commit=is_async_commit)
    with transaction.atomic(savepoint=False):  # in another's, all of that is undone
        return execute_pipeline(*statements, is_async_commit=is_async_commit)


def _can_pipeline() -> bool:
    """Whether one message may hold several statements: not with server-side binding."""
    options = connection.settings_dict["OPTIONS"]
    return connection.vendor == "postgresql" and not options.get("server_side_binding")


def _next_result(cursor: Any, place: int, statement: CompiledStatement) -> Any:
    if place:
        cursor.nextset()
    return statement.result(cursor)


def _instance_builder(compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
    """A function that builds an instance, with related ones, from a row of `compiler`."""
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
