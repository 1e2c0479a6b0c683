"""SQL that is run again and again with other values, as the database keeps it best.

SQLite's connections hold planned statements by their text. But a parameter that it compares with the condition
of a partial index makes it plan anew at each binding, even of the same value: three quarters of home's items.
So constants are written out, and only what changes is a parameter.

PostgreSQL plans each run for its values. Prepared statements were tried: planned once for any values, home took
half as long, but where one member has most of the rows, whole tables were read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Given:
    """Stands among a statement's parameters for the value of this number, from 0."""

    number: int


class KeptSql:
    """A statement with its parameters; those that are no Given are constants."""

    def __init__(self, sql: str, parameters: Sequence[Any]) -> None:
        self._sql = sql
        self._parameters = parameters

    def with_values(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """The statement and its parameters for one run."""
        sql, parameters = self._sql, self._parameters
        if connection.vendor == "sqlite":
            sql, parameters = self._with_literals
        return sql, [
            values[each.number] if isinstance(each, Given) else each for each in parameters
        ]

    @cached_property
    def _with_literals(self) -> tuple[str, list[Any]]:
        """The statement with its simple constants written out, and the parameters that are left."""
        left: list[Any] = []
        parameters = iter(self._parameters)

        def write(place: re.Match[str]) -> str:
            if place[0] == "%%":
                return "%%"
            parameter = next(parameters)
            if isinstance(parameter, int):
                return str(int(parameter))
            if isinstance(parameter, str):
                return "'" + str(parameter).replace("'", "''").replace("%", "%%") + "'"
            left.append(parameter)
            return "%s"

        return re.sub("%[%s]", write, self._sql), left
