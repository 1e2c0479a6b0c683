"""SQL that is run again and again with other values, as the database keeps it best.

SQLite's connections hold planned statements by their text. But a parameter that it compares with the condition
of a partial index makes it plan anew at each binding, even of the same value: three quarters of home's items.
So constants are written out, and only what changes is a parameter.

On PostgreSQL the statement is prepared once in a connection, and planned once for any values (settings:
plan_cache_mode): planning home's took 20 ms, running it 2. A pooler that gives each transaction another
connection knows no such names: PREPARED_STATEMENTS=no.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection

_numbers = itertools.count(1)
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # by connection to PostgreSQL


@dataclass(frozen=True)
class Given:
    """Stands among a statement's parameters for the value of this number, from 0."""

    number: int


class KeptSql:
    """A statement with its parameters; those that are no Given are constants.

    `types`: of the values, as PostgreSQL calls them, in the order of their numbers.
    """

    def __init__(self, sql: str, parameters: Sequence[Any], types: Sequence[str]) -> None:
        self._sql = sql
        self._parameters = parameters
        self._types = types
        self._name = f"kept_{next(_numbers)}"  # no other statement of this process has it

    def with_values(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """The statement and its parameters for one run in this thread's connection."""
        if connection.vendor == "postgresql":
            if settings.PREPARED_STATEMENTS:
                self._prepare()
                return self._execute, list(values)
            sql, parameters = self._sql, self._parameters
        else:
            sql, parameters = self._with_literals
        return sql, [
            values[each.number] if isinstance(each, Given) else each for each in parameters
        ]

    @cached_property
    def _execute(self) -> str:
        places = ", ".join(["%s"] * len(self._types))
        return f"EXECUTE {self._name} ({places})" if places else f"EXECUTE {self._name}"

    @cached_property
    def _with_literals(self) -> tuple[str, list[Any]]:
        """The statement with its simple constants written out, and the parameters that are left."""
        left: list[Any] = []

        def write(parameter: Any) -> str:
            if isinstance(parameter, int):
                return str(int(parameter))
            if isinstance(parameter, str):
                return "'" + str(parameter).replace("'", "''").replace("%", "%%") + "'"
            left.append(parameter)
            return "%s"

        return self._written(write, percent="%%"), left

    def _prepare(self) -> None:
        """Prepare the statement in this connection to PostgreSQL, unless it is."""
        with connection.cursor() as cursor:  # looks whether the connection still lives
            server = cursor.connection
        prepared = _prepared.setdefault(server, set())
        if self._name in prepared:
            return
        from psycopg.sql import Literal  # noqa: PLC0415 - only where PostgreSQL is the store

        def write(parameter: Any) -> str:
            if isinstance(parameter, Given):
                return f"${parameter.number + 1}"
            return Literal(parameter).as_string(server)  # the planner sees it

        types = f" ({', '.join(self._types)})" if self._types else ""
        with server.cursor() as cursor:  # not one of the page's statements, for who counts them
            cursor.execute(f"PREPARE {self._name}{types} AS {self._written(write, percent='%')}")
        prepared.add(self._name)

    def _written(self, write: Callable[[Any], str], *, percent: str) -> str:
        """The SQL with `write`'s text in each parameter's place."""
        texts = map(write, self._parameters)
        return re.sub(
            "%[%s]", lambda place: next(texts) if place[0] == "%s" else percent, self._sql
        )
