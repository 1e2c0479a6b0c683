"""Does this Django still fit the kept statements? They call what Django does not promise to keep.

These are syndication/delivery/compiled.py, for the engine, and accounts/models/compiled_query.py, for pages. Each
private call stands here with the parameters that they were written for, for each Django that
the checks know: those of the range in pyproject, of which `.ci/run` takes the pinned one and
`.ci/newest` the newest. Django 6.1, for one, gives `get_related_populators` and `Model.from_db` a fetch
mode. Where this fails: read what Django's ModelIterable does with the new parameter, do the same in
compiled.py, and write the new list here; until then, COMPILED_STATEMENTS=no does without these calls.
"""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Model
from django.db.models.query import RelatedPopulator, get_related_populators
from django.db.models.sql import Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler, SQLUpdateCompiler

from accounts.models import Member

CALLS: dict[str, Callable[..., Any]] = {
    "get_related_populators": get_related_populators,
    "RelatedPopulator.populate": RelatedPopulator.populate,
    "Model.from_db": Model.from_db,
    "Query.chain": Query.chain,
    "Query.get_compiler": Query.get_compiler,
    "SQLCompiler.as_sql": SQLCompiler.as_sql,
    "SQLCompiler.get_converters": SQLCompiler.get_converters,
    "UpdateQuery.add_update_values": UpdateQuery.add_update_values,
    "SQLUpdateCompiler.as_sql": SQLUpdateCompiler.as_sql,
    "adapt_datetimefield_value": BaseDatabaseOperations.adapt_datetimefield_value,
}
DJANGO_5_2 = {
    "get_related_populators": "klass_info, select, db",
    "RelatedPopulator.populate": "self, row, from_obj",
    "Model.from_db": "db, field_names, values",
    "Query.chain": "self, klass",
    "Query.get_compiler": "self, using, connection, elide_empty",
    "SQLCompiler.as_sql": "self, with_limits, with_col_aliases",
    "SQLCompiler.get_converters": "self, expressions",
    "UpdateQuery.add_update_values": "self, values",
    "SQLUpdateCompiler.as_sql": "self",
    "adapt_datetimefield_value": "self, value",
}
WRITTEN_FOR = {(5, 2): DJANGO_5_2}


def test_the_private_calls_of_kept_statements_are_as_they_were():
    version = django.VERSION[:2]
    if version not in WRITTEN_FOR:
        pytest.fail(f"nobody has looked whether kept statements fit Django {django.get_version()}")
    now = {name: ", ".join(inspect.signature(call).parameters) for name, call in CALLS.items()}
    assert now == WRITTEN_FOR[version], f"{django.get_version()} does not fit the kept statements"


def test_a_queryset_keeps_its_query_and_its_rows_where_kept_statements_put_them():
    """compiled_query.py copies a queryset by its attributes and replaces two of them."""
    queryset = Member.objects.values_list("pk")
    assert {"_query", "_result_cache"} <= set(vars(queryset))
    assert "get_compiler" not in vars(queryset.query)  # a method, which an attribute hides


def test_every_django_that_is_allowed_was_looked_at():
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["project"]
    [allowed] = [one for one in project["dependencies"] if re.match(r"django[<>=]", one)]
    found = re.fullmatch(r"django>=(\d+)\.(\d+),<(\d+)\.(\d+)", allowed)
    assert found, f"{allowed} has no lower end and no first version that is too new"
    lowest, too_new = (int(found[1]), int(found[2])), (int(found[3]), int(found[4]))
    minors = {(major, minor) for major in range(lowest[0], too_new[0] + 1) for minor in range(3)}
    assert {each for each in minors if lowest <= each < too_new} == set(WRITTEN_FOR)
