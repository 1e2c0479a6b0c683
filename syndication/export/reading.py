"""Read rows of the export's tables in chunks, and stream them as JSON.

Each chunk is addressed by the last primary key before it: no transaction or cursor stays open during a
slow download.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Model, QuerySet
from django.utils import timezone

from syndication.export.tables import ExportPhotos, ExportTable, Row

CHUNK = 50  # rows; what stands in them comes along, with one query for each table


class _Found(NamedTuple):
    pk: int
    owner: int
    row: Row


def row_chunks(part: ExportTable, owner: int) -> Iterator[list[Row]]:
    """The owner's rows, oldest first, with the rows within them."""
    last = 0
    while True:
        asked = part.model._default_manager.filter(part.only, **{part.owner: owner}, pk__gt=last)
        found = _read(part, asked.order_by("pk")[:CHUNK])
        if found:
            yield [one.row for one in found]
        if len(found) < CHUNK:
            return
        last = found[-1].pk


def rows_with_photo(kind: ExportPhotos, owner: int) -> Iterator[Model]:
    """The owner's rows that have a photo."""
    last = 0
    while True:
        asked = kind.model._default_manager.filter(**{kind.owner: owner}, pk__gt=last)
        rows = asked.exclude(**{kind.column: ""}).only("pk", kind.column).order_by("pk")
        found = list(rows[:CHUNK])
        yield from found
        if len(found) < CHUNK:
            return
        last = found[-1].pk


def _read(part: ExportTable, asked: QuerySet[Any]) -> list[_Found]:
    """The rows that are asked for, by one query, and by one more for each table within."""
    columns = {name: F(column) for name, column in part.renamed.items()}
    found = [
        _Found(row.pop("pk"), row.pop("_owner"), row)
        for row in asked.values("pk", *part.fields, _owner=F(part.owner), **columns)
    ]
    for one in found:
        if part.finish:
            part.finish(one.row)
    for name, inner in part.within.items():
        _put_within(found, name, inner)
    return found


def _put_within(found: list[_Found], name: str, inner: ExportTable) -> None:
    lists: dict[int, list[Row]] = {one.pk: [] for one in found}
    if lists:
        asked = inner.model._default_manager.filter(
            inner.only, **{f"{inner.owner}__in": list(lists)}
        )
        for one in _read(inner, asked.order_by("pk")):
            lists[one.owner].append(one.row)
    for one in found:
        one.row[name] = lists[one.pk]


def stream_json(lists: Mapping[str, Iterable[Row]]) -> Iterator[bytes]:
    """An object of `lists`, indented; a piece for each row."""
    yield b"{"
    for number, (name, rows) in enumerate(lists.items()):
        yield f'{"," if number else ""}\n  "{name}": ['.encode()
        is_first = True
        for row in rows:
            text = "\n" + json.dumps(row, ensure_ascii=False, indent=2, cls=_Encoder)
            # Every line end in it is JSON's own: those of words are escaped.
            indented = text.replace("\n", "\n    ")
            yield f"{'' if is_first else ','}{indented}".encode()
            is_first = False
        yield b"]" if is_first else b"\n  ]"
    yield b"\n}\n"


class _Encoder(DjangoJSONEncoder):
    """Times as ISO 8601 with the zone of this site."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return timezone.localtime(o).isoformat(timespec="milliseconds")
        return super().default(o)
