"""Compiled statements of pieces, for what no queryset can say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from syndication.delivery.compiled import CompiledStatement, CompiledValues, Param


class CompiledPieces(CompiledValues):
    """Rows of a statement made of several pieces: SQL, querysets, and a Param for each %s in the SQL.

    For what a queryset cannot express (a recursion), or where the planner must not choose which table
    is read first. `otherwise` is the same by plain querysets, whatever that costs.
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
