"""One name, one meaning: no public class or function name stands in two modules of an app.

A name must be right in a traceback and in a search, without its module. The sandbox is left out: it
stands for other people's programs. So are migrations, and methods, which their class names.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
COMMAND = "Django finds a command by the name of this class"
# A name that stands twice, and why it must.
ALLOWED: dict[str, dict[str, str]] = {
    "accounts": {},
    "profilelink": {"Command": COMMAND},
    "syndication": {"Command": COMMAND},
}


def names_that_stand_twice(app: str) -> dict[str, list[str]]:
    modules = defaultdict(set)
    for path in (ROOT / app).rglob("*.py"):
        if {"migrations", "sandbox"} & set(path.relative_to(ROOT).parts):
            continue
        for each in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                modules[each.name].add(str(path.relative_to(ROOT)))
    return {
        name: sorted(paths)
        for name, paths in modules.items()
        if len(paths) > 1 and not name.startswith("_")
    }


@pytest.mark.parametrize("app", sorted(ALLOWED))
def test_no_name_stands_in_two_modules_of_an_app(app: str) -> None:
    twice = names_that_stand_twice(app)
    assert {name: paths for name, paths in twice.items() if name not in ALLOWED[app]} == {}


@pytest.mark.parametrize("app", sorted(ALLOWED))
def test_every_exception_is_still_needed(app: str) -> None:
    assert set(ALLOWED[app]) <= set(names_that_stand_twice(app))
