"""Querysets whose SQL is composed once and kept: for the pages that are opened most.

Who may read what is said by conditions that several models share, and one page's statement has up to
30 KB. Django composes it anew for each request: that was nine tenths of home's processor time, the
database's own part a thirtieth (30 November 2026). The source stays an ordinary queryset:

    newest = CompiledQuery(lambda *, member: Post.objects.visible_to(member).newest_first()[:10])
    newest.rows(member=request.user)

What differs from run to run is passed by keyword: a member, a whole number, a moment, a text. The function is called
with placeholders for these, twice and with different ones, and whatever differs between the two statements
must be a placeholder; so a value that was computed from one, the time of day, or anything that an ordinary
attribute of the member decides, cannot be kept by mistake. Nor may the function read rows: they would be
kept, too. What decides the statement's shape is passed by position.

A function that breaks these rules is logged as an error, and its queryset is composed each time. With
COMPILED_STATEMENTS=no all are.

The database keeps its part, too (accounts.models.kept_sql).

This is for pages alone: it stands in accounts, since its own pages use it, and its rows are read by Django, with
`prefetch_related` and all. The engine's statements (syndication.delivery.compiled) also write, go several
to a round trip and build their rows without a queryset; shared is the switch that turns both off.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.where import WhereNode
from django.utils.translation import get_language

from accounts.models.kept_sql import Given, KeptSql
from accounts.models.member import Member

logger = logging.getLogger(__name__)

_Row = TypeVar("_Row")
_Value = Member | int | datetime | str
MAX_KEPT = 50  # statements of one function and language; what comes after is composed each time
DEEPEST_KEPT = 51  # rows: five pages of ten, and the row that tells whether there is a sixth
# Placeholders of the two runs: no key and no moment that there is.
_FIRST_INT = (7_310_977_205_881_000_000, 8_120_311_794_402_000_000)
_FIRST_YEAR = (9001, 9201)


class NotKeepable(Exception):
    """The statement depends on something that is no placeholder."""


@dataclass(frozen=True)
class _Composed:
    """A statement, which takes its values in their order, with what reads its rows."""

    compiler: SQLCompiler
    queryset: QuerySet[Any, Any]
    kept: KeptSql

    @cached_property
    def converters(self) -> Any:
        """What Django makes of the columns. It would ask each of them at each run."""
        columns = [each[0] for each in self.compiler.select[: self.compiler.col_count]]
        return self.compiler.get_converters(columns)


def numbered_keys(keys: Iterable[int], name: str = "key", *, to: int = 1) -> dict[str, int]:
    """Keys of rows as values of a compiled query, `key0` and so on. Their number is part of the shape.

    With `to` the last one is repeated up to the next multiple, so that lists of any length have few shapes: for
    conditions that a repeated key does not change.
    """
    found = list(keys)
    found += found[-1:] * (-len(found) % to)
    return {f"{name}{number}": key for number, key in enumerate(found)}


class CompiledQuery(Generic[_Row]):
    """Rows of the queryset that a function makes of values."""

    def __init__(self, build: Callable[..., QuerySet[Any, _Row]]) -> None:
        self._build = build
        self._composed: dict[Hashable, _Composed | None] = {}
        # Home takes a second of processor to compose: sixteen threads that begin together wait for one.
        self._composing = threading.RLock()

    def rows(self, *shape: Hashable, **values: _Value) -> list[_Row]:
        """The rows, as the queryset of `shape` and `values` would give them."""
        composed = self._find(shape, values) if settings.COMPILED_STATEMENTS else None
        if composed is None:
            return self.rows_composed_now(*shape, **values)
        stored = [_stored(values[name]) for name in sorted(values)]
        return list(_queryset_with(composed, *composed.kept.with_values(stored)))

    def page(self, start: int, stop: int, *shape: Hashable, **values: _Value) -> list[_Row]:
        """The rows from `start` to that before `stop`, by which the shape begins. Pages deeper than DEEPEST_KEPT
        are composed each time: whoever leafs through them takes no place from what others open."""
        rows = self.rows if stop <= DEEPEST_KEPT else self.rows_composed_now
        return rows(start, stop, *shape, **values)

    def first(self, *shape: Hashable, **values: _Value) -> _Row | None:
        """The first of the rows. The queryset should have no more."""
        found = self.rows(*shape, **values)
        return found[0] if found else None

    def rows_composed_now(self, *shape: Hashable, **values: _Value) -> list[_Row]:
        """The same without keeping the statement: for shapes of which there are too many."""
        return list(self._build(*shape, **values))

    def _find(self, shape: tuple[Hashable, ...], values: dict[str, _Value]) -> _Composed | None:
        kinds = tuple(sorted((name, _kind(value)) for name, value in values.items()))
        key = (connection.vendor, get_language(), shape, kinds)
        if key not in self._composed and len(self._composed) < MAX_KEPT:
            with self._composing:
                if key not in self._composed:
                    self._composed[key] = self._compose_if_keepable(shape, values)
        return self._composed.get(key)

    def _compose_if_keepable(
        self, shape: tuple[Hashable, ...], values: dict[str, _Value]
    ) -> _Composed | None:
        try:
            return self._compose(shape, values)
        except EmptyResultSet:
            return None
        except NotKeepable:
            logger.exception("composed each time: %s", self._build.__qualname__)
            return None

    def _compose(self, shape: tuple[Hashable, ...], values: dict[str, _Value]) -> _Composed:
        runs = []
        for number in (0, 1):
            given = {
                name: _placeholder(value, number, place)
                for place, (name, value) in enumerate(values.items())
            }
            with _no_queries():
                queryset = self._build(*shape, **given)
                compiler = queryset.query.get_compiler(connection=connection)
                sql, parameters = compiler.as_sql()
            stored = {_stored(value): name for name, value in given.items()}
            runs.append((sql, list(parameters), stored))
        (sql, first, names), (other_sql, second, other_names) = runs
        if sql != other_sql or len(first) != len(second):
            raise NotKeepable("the SQL itself depends on a value")
        in_order = sorted(values)
        parameters = [
            _given_or_constant(one, other, names, other_names, in_order)
            for one, other in zip(first, second, strict=True)
        ]
        return _Composed(_lightened(compiler), queryset, KeptSql(sql, parameters))


def _lightened(compiler: SQLCompiler) -> SQLCompiler:
    """Drop the conditions, which the SQL has by now: megabytes, where a statement is a union of many."""
    for conditions in ("where", "having", "qualify"):
        setattr(compiler, conditions, None)
    compiler.query.where = WhereNode()
    compiler.query.combined_queries = ()
    return compiler


def _given_or_constant(
    one: Any, other: Any, names: dict[Any, str], other_names: dict[Any, str], in_order: list[str]
) -> Any:
    name = names.get(one) if isinstance(one, Hashable) else None
    if name is not None and other_names.get(other) == name:
        return Given(in_order.index(name))
    if name is not None or type(one) is not type(other) or one != other:
        raise NotKeepable(f"a parameter differs from run to run: {one!r}, {other!r}")
    return one


def _kind(value: _Value) -> str:
    """Which of the values it may be; raises TypeError for any other."""
    if isinstance(value, Member):  # also the lazy one of a request
        return "member"
    if isinstance(value, datetime):
        return "moment"
    if isinstance(value, int) and not isinstance(value, bool):
        return "number"
    if isinstance(value, str):
        return "text"
    raise TypeError(f"no value of a compiled query: {value!r}")


def _placeholder(value: _Value, number: int, place: int) -> _Value:
    """Something that takes the value's place in run `number`. A member has a key and nothing else: to ask
    for more would read rows."""
    which = _FIRST_INT[number] + 1 + place
    kind = _kind(value)
    if kind == "member":
        return Member.from_db(connection.alias, ["id"], [which])
    if kind == "moment":
        return datetime(_FIRST_YEAR[number], 1 + place, 2, 3, 4, 5, 678_901, tzinfo=UTC)
    return f"placeholder {which}" if kind == "text" else which


def _stored(value: _Value) -> Any:
    """The value as a parameter of a statement."""
    if isinstance(value, Member):
        return value.pk
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


@contextmanager
def _no_queries() -> Iterator[None]:
    def refuse(*_: Any) -> None:
        raise NotKeepable("it reads rows, or an attribute of the member, while it is composed")

    with connection.execute_wrapper(refuse):
        yield


def _queryset_with(composed: _Composed, sql: str, parameters: list[Any]) -> QuerySet[Any, Any]:
    """The composed queryset, whose compiler gives the kept statement. Django reads the rows as ever; it is
    read whole here, since what is made of it further would still give these rows."""
    compiler = copy.copy(composed.compiler)
    compiler.connection = connections[connection.alias]  # this thread's own
    compiler.as_sql = lambda *_, **__: (sql, parameters)  # type: ignore[method-assign,assignment]
    compiler.get_converters = lambda *_: composed.converters  # type: ignore[method-assign]
    queryset = object.__new__(type(composed.queryset))  # copy.copy would run it
    queryset.__dict__.update(composed.queryset.__dict__)
    query = copy.copy(composed.queryset.query)
    query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    queryset.__dict__["_query"] = query  # its setter would make dicts of values
    return queryset
