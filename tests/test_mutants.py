"""The tool that makes mutants: what it finds, and that a mutant arrives in functions that run."""

from __future__ import annotations

import functools
import importlib.util
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.mutants.__main__ import PACKAGES
from tests.mutants.covering import Covered
from tests.mutants.forking import Child
from tests.mutants.sampling import mutants_of, sample
from tests.mutants.swapping import Functions

SOURCE = '''
"""A module."""
import functools
LIMIT = 5

def decorated(function):
    @functools.wraps(function)
    def inner(*args: int) -> bool:
        return function(*args)
    return inner

@decorated
def is_over(number: int = 3) -> bool:
    """A docstring."""
    return number > 10
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "mutated.py"
    found.write_text(SOURCE, encoding="utf-8")
    return found


@pytest.mark.parametrize("name", PACKAGES)
def test_every_package_has_sources_and_tests(name: str) -> None:
    package = PACKAGES[name]
    root = Path(settings.BASE_DIR)
    for pattern in [*package.sources, *package.tests]:
        assert list(root.glob(pattern)), f"{pattern}: nothing has this name"
    tests = [str(each.relative_to(root)) for each in (root / "tests").rglob("test_*.py")]
    assert all(any(each.startswith(own) for each in tests) for own in package.own)


def test_mutants_are_made_within_functions_alone(path: Path) -> None:
    differences = [mutant.difference() for mutant in mutants_of(path)]
    assert ["- return number > 10", "+ return number >= 10"] in differences
    assert ["- return number > 10", "+ return number > 11"] in differences
    assert not [each for each in differences if "LIMIT" in str(each) or "def " in str(each)]


def test_a_sample_is_the_same_for_the_same_seed(path: Path) -> None:
    first, again, other = (
        [mutant.difference() for mutant in sample([path], 2, seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert len(first) == len(other) == 2


def test_a_mutant_arrives_in_a_decorated_function_that_was_imported(path: Path) -> None:
    spec = importlib.util.spec_from_file_location("mutated", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    bound = functools.partial(module.is_over, 10)
    assert not bound()
    [mutant] = [each for each in mutants_of(path) if "number >= 10" in str(each.difference())]
    assert Functions([path]).swap(path, mutant.source())
    assert bound()
    assert not Functions([path]).swap(path, SOURCE.replace("LIMIT = 5", "LIMIT = 6"))


def test_a_test_that_fails_anyway_kills_nothing(path: Path) -> None:
    covered = Covered()
    covered.read(f'["lines", "{path}", {{"15": ["good", "bad"]}}]\n["failed", "bad", 0]')
    assert covered.tests_of(path, range(15, 16)) == {"good"}


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="mutants run on SQLite")
def test_what_a_child_removes_at_its_end_is_its_own() -> None:
    def work(folder: Path) -> int:
        return int(Path(settings.DATABASES["default"]["TEST"]["NAME"]).parent != folder)

    child = Child(work, seconds=20)
    while (code := child.exit_code()) is None:
        time.sleep(0.02)
    child.close()
    assert code == 0
