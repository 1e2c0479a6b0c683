"""What describes a table of the export (export.parts)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q

Row = dict[str, Any]


@dataclass(frozen=True)
class ExportTable:
    """Rows of `model` whose `owner` is the member, or the enclosing row.

    `renamed`: columns under another name, also of other tables. `finish` makes a row easier to read.
    `only`: which of the rows.
    """

    model: type[Model]
    owner: str
    fields: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, ExportTable] = field(default_factory=dict)
    finish: Callable[[Row], None] | None = None
    only: Q = field(default_factory=Q)


@dataclass(frozen=True)
class ExportPhotos:
    """Photos of rows whose `owner` is the member. In the file: photos/<prefix><id>.jpg."""

    model: type[Model]
    owner: str
    column: str
    prefix: str
