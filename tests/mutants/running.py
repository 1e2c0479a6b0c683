"""Run a sample of mutants, each in a fork, against the tests that run its lines."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.mutants.covering import Covered, record
from tests.mutants.forking import BROKEN, Child, run_children
from tests.mutants.sampling import Mutant, sample
from tests.mutants.swapping import Functions

AT_ONCE = len(os.sched_getaffinity(0))
MOST_SECONDS = 40  # of processor, by tests for one mutant; the package's own come first
HANGS = 3  # times as long as the tests took without it, and the mutant is taken for killed


@dataclass(frozen=True)
class Sample:
    """What is asked for: patterns of sources, beginnings of their own tests' ids, how many mutants."""

    name: str
    sources: list[str]
    own: list[str]
    size: int
    seed: int
    minutes: float

    @property
    def paths(self) -> list[Path]:
        root = Path(settings.BASE_DIR)
        return sorted(path for pattern in self.sources for path in root.glob(pattern))


class MutationRun:
    """A pytest plugin: instead of running the collected tests once, run them against mutants."""

    def __init__(self, wanted: Sample) -> None:
        self.wanted = wanted
        self.began = time.monotonic()
        self.covered = Covered()
        self.items: dict[str, pytest.Item] = {}
        self.counts: Counter[str] = Counter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted(f"{session.testsfailed} files cannot be collected")
        self.items = {item.nodeid: item for item in session.items}
        _make_database(session.items)
        self._learn_lines()
        mutants = sample(self.wanted.paths, self.wanted.size, self.wanted.seed)
        functions = Functions(self.wanted.paths)
        works = [self._work(mutant, functions) for mutant in mutants]
        run_children(works, AT_ONCE, lambda at, child, code: self._ended(mutants[at], child, code))
        seconds = time.monotonic() - self.began
        told = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        print(f"{self.wanted.name}: {told}; seed {self.wanted.seed}; {seconds:.0f} s", flush=True)
        return True

    def _learn_lines(self) -> None:
        halves = _by_file(list(self.items.values()), AT_ONCE)

        def start(half: list[pytest.Item]) -> Callable[[], Child]:
            paths = self.wanted.paths
            return lambda: Child(
                lambda folder: record(half, paths, folder / "lines"), self.wanted.minutes * 60
            )

        def ended(_: int, child: Child, code: int) -> None:
            if code != 0:
                raise RuntimeError(f"The tests could not be run:\n{child.text('log')[-3000:]}")
            self.covered.read(child.text("lines"))

        run_children([start(half) for half in halves], AT_ONCE, ended)
        seconds = time.monotonic() - self.began
        print(f"{self.wanted.name}: {len(self.items)} tests ran, {seconds:.0f} s", flush=True)
        for name in sorted(self.covered.failed):
            print(f"  fails without any mutant, so it kills none: {name}")

    def _work(self, mutant: Mutant, functions: Functions) -> Callable[[], Child | None]:
        def start() -> Child | None:
            tests, seconds, of = self._tests_for(mutant)
            if time.monotonic() - self.began > self.wanted.minutes * 60:
                self.counts["not tried for want of time"] += 1
            elif not tests:
                self._tell("run by no test", mutant)
            else:
                return Child(
                    lambda folder: _kill(mutant, functions, tests, of, folder),
                    20 + HANGS * seconds,
                )
            return None

        return start

    def _tests_for(self, mutant: Mutant) -> tuple[list[pytest.Item], float, int]:
        """Those to run, how long they take, and how many there would be."""
        cost = self.covered.cost
        names = self.covered.tests_of(mutant.path, mutant.lines)
        chosen: list[str] = []
        total = 0.0
        for name in sorted(names, key=lambda name: (not self._is_own(name), cost[name], name)):
            total += cost[name]
            if chosen and total > MOST_SECONDS:
                break
            chosen.append(name)
        items = [self.items[name] for name in chosen]
        # What empties all tables comes last, as in any run.
        seconds = sum(self.covered.seconds[name] for name in chosen)
        return sorted(items, key=_empties_tables), seconds, len(names)

    def _is_own(self, name: str) -> bool:
        return name.startswith(tuple(self.wanted.own))

    def _ended(self, mutant: Mutant, child: Child, code: int) -> None:
        if code == BROKEN:
            self._tell("could not be made", mutant, child.text("log").strip().rpartition("\n")[2])
        elif code == 0:
            self._tell("survived", mutant, child.text("tests"))
        else:
            self.counts["killed" if code > 0 else "hung"] += 1

    def _tell(self, verdict: str, mutant: Mutant, more: str = "") -> None:
        self.counts[verdict] += 1
        where = f"{mutant.path.relative_to(settings.BASE_DIR)}:{mutant.line}"
        print(f"{verdict:16} {where} {more}", *mutant.difference(), sep="\n    ", flush=True)


def _kill(
    mutant: Mutant, functions: Functions, tests: list[pytest.Item], of: int, folder: Path
) -> int:
    """In a child: 1 if a test fails with the mutant, 0 if none does."""
    if not functions.swap(mutant.path, mutant.source()):
        raise ValueError("no living function has this code")
    (folder / "tests").write_text(f"({len(tests)} of the {of} tests that run it)")
    for item, after in zip(tests, [*tests[1:], None], strict=True):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
        if item.session.testsfailed:
            return 1
    return 0


def _make_database(items: list[pytest.Item]) -> None:
    """Run one test that uses the database alone: pytest-django migrates, and the session goes on."""
    plain = [each for each in items if each.get_closest_marker("django_db")]
    first = next(each for each in plain if "sandbox" not in getattr(each, "fixturenames", ()))
    other = next(each for each in items if each.path != first.path)
    first.ihook.pytest_runtest_protocol(item=first, nextitem=other)
    connections.close_all()


def _empties_tables(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", ())
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in names


def _by_file(items: list[pytest.Item], parts: int) -> list[list[pytest.Item]]:
    """Files stay together, in their order: what a module's fixtures cost is paid once."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    found: list[list[pytest.Item]] = [[] for _ in range(parts)]
    for path in sorted(files, key=lambda path: -len(files[path])):
        min(found, key=len).extend(files[path])
    return [sorted(part, key=_empties_tables) for part in found if part]
