"""Does this Django still fit syndication/actions/composed.py? It calls what Django does not promise to keep.

Each private call stands here with the parameters that composed.py was written for. Django 6.1, for one,
gives `get_related_populators` and `Model.from_db` a fetch mode. Where this fails: read what Django's
ModelIterable does with the new parameter, do the same in composed.py, and write the new list here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import django
from django.db.models import Model
from django.db.models.query import RelatedPopulator, get_related_populators
from django.db.models.sql import InsertQuery, Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler, SQLUpdateCompiler

WRITTEN_FOR: list[tuple[Callable[..., Any], str]] = [
    (get_related_populators, "klass_info, select, db"),
    (RelatedPopulator.populate, "self, row, from_obj"),
    (Model.from_db, "db, field_names, values"),
    (Query.chain, "self, klass"),
    (Query.get_compiler, "self, using, connection, elide_empty"),
    (SQLCompiler.as_sql, "self, with_limits, with_col_aliases"),
    (SQLCompiler.get_converters, "self, expressions"),
    (UpdateQuery.add_update_values, "self, values"),
    (SQLUpdateCompiler.as_sql, "self"),
    (InsertQuery.insert_values, "self, fields, objs, raw"),
    (SQLInsertCompiler.as_sql, "self"),
]


def misfits() -> list[str]:
    return [
        f"{call.__qualname__}({now}), written for ({known})"
        for call, known in WRITTEN_FOR
        if (now := ", ".join(inspect.signature(call).parameters)) != known
    ]


def test_the_private_calls_of_composed_are_as_they_were():
    version = django.get_version()
    assert misfits() == [], f"Django {version} does not fit syndication/actions/composed.py"
    assert SQLInsertCompiler.returning_fields is None, "what Insert sets is named otherwise now"
