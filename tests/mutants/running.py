"""Run a sample of mutants, each in a fork, against the tests that run its lines."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.mutants.covering import Covered, forget_what_stands, record
from tests.mutants.forking import BROKEN, Child, run_children
from tests.mutants.sampling import Mutant, sample
from tests.mutants.swapping import Functions

AT_ONCE = len(os.sched_getaffinity(0))
MAX_SECONDS = 40  # of processor, by tests for one mutant; the package's own come first
KILLED, HUNG, LATE = "killed", "hung", "not tried for want of time"
KILLER = "killer"  # the file in a child's folder
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
        self.trusted: set[str] = (
            set()
        )  # tests that killed, and pass in the same order without mutant
        self.items: dict[str, pytest.Item] = {}
        self.counts: Counter[str] = Counter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted(f"{session.testsfailed} files cannot be collected")
        self.items = {item.nodeid: item for item in session.items}
        _make_database(session.items)
        run_children((_Lines(self, part) for part in _by_file(session.items, AT_ONCE)), AT_ONCE)
        print(f"{self.wanted.name}: {len(self.items)} tests ran, {self.seconds:.0f} s", flush=True)
        mutants = sample(self.wanted.paths, self.wanted.size, self.wanted.seed)
        functions = Functions(self.wanted.paths)
        run_children([_Trial(self, mutant, functions) for mutant in mutants], AT_ONCE)
        for name in sorted(self.covered.failed):
            print(f"  fails without any mutant, so it killed none: {name}")
        told = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        print(f"{self.wanted.name}: {told}; seed {self.wanted.seed}; {self.seconds:.0f} s")
        return True

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def is_late(self) -> bool:
        return self.seconds > self.wanted.minutes * 60

    def tests_for(self, mutant: Mutant) -> tuple[list[str], int]:
        """Those to run, and how many there would be."""
        cost = self.covered.cost
        names = self.covered.tests_of(mutant.path, mutant.lines)
        chosen: list[str] = []
        total = 0.0
        for name in sorted(names, key=lambda name: (not self._is_own(name), cost[name], name)):
            total += cost[name]
            if chosen and total > MAX_SECONDS:
                break
            chosen.append(name)
        # What empties all tables comes last, as in any run.
        return sorted(chosen, key=lambda name: _empties_tables(self.items[name])), len(names)

    def _is_own(self, name: str) -> bool:
        return name.startswith(tuple(self.wanted.own))

    def patience(self, names: list[str]) -> float:
        return 20 + HANGS * sum(self.covered.seconds[name] for name in names)

    def count(self, verdict: str, mutant: Mutant, more: str = "") -> None:
        self.counts[verdict] += 1
        if verdict not in {KILLED, HUNG, LATE}:
            where = f"{mutant.path.relative_to(settings.BASE_DIR)}:{mutant.line}"
            print(f"{verdict:16} {where} {more}", *mutant.difference(), sep="\n    ", flush=True)


@dataclass
class _Lines:
    """Learn which lines some of the tests run."""

    run: MutationRun
    items: list[pytest.Item]

    def start(self) -> Child:
        paths = self.run.wanted.paths
        work = lambda folder: record(self.items, paths, folder / "lines")  # noqa: E731
        return Child(work, self.run.wanted.minutes * 60)

    def end(self, child: Child, code: int) -> None:
        if code != 0:
            raise RuntimeError(f"The tests could not be run:\n{child.text('log')[-3000:]}")
        self.run.covered.read(child.text("lines"))


@dataclass
class _Trial:
    """Run the tests of a mutant's lines against it."""

    run: MutationRun
    mutant: Mutant
    functions: Functions
    names: list[str] = field(default_factory=list)
    of: int = 0

    def start(self) -> Child | None:
        self.names, self.of = self.run.tests_for(self.mutant)
        if self.run.is_late:
            self.run.count(LATE, self.mutant)
            return None
        if not self.names:
            self.run.count("run by no test", self.mutant)
            return None
        return Child(self._work, self.run.patience(self.names))

    def _work(self, folder: Path) -> int:
        if not self.functions.swap(self.mutant.path, self.mutant.source()):
            raise ValueError("no living function has this code")
        return _fails([self.run.items[name] for name in self.names], folder)

    def end(self, child: Child, code: int) -> _Control | None:
        killer = child.text(KILLER)
        if code == BROKEN:
            self.run.count("could not be made", self.mutant, child.text("log")[-300:])
        elif code == 0:
            count = f"({len(self.names)} of the {self.of} tests that run it)"
            self.run.count("survived", self.mutant, count)
        elif code < 0:
            self.run.count(HUNG, self.mutant)
        elif killer in self.run.trusted:
            self.run.count(KILLED, self.mutant)
        else:
            return _Control(self, self.names[: self.names.index(killer) + 1])
        return None


@dataclass
class _Control:
    """Whether the test that killed passes without the mutant, after the same tests before it."""

    trial: _Trial
    names: list[str]

    def start(self) -> Child:
        run = self.trial.run
        items = [run.items[name] for name in self.names]
        return Child(lambda folder: _fails(items, folder), run.patience(self.names))

    def end(self, child: Child, code: int) -> _Trial | None:
        run = self.trial.run
        if code == 0:
            run.trusted.add(self.names[-1])
            run.count(KILLED, self.trial.mutant)
            return None
        run.covered.failed.add(child.text(KILLER) or self.names[-1])
        return self.trial


def _fails(items: list[pytest.Item], folder: Path) -> int:
    """In a child: 1 if a test fails, which it names."""
    forget_what_stands(items)
    for item, after in zip(items, [*items[1:], None], strict=True):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
        if item.session.testsfailed:
            (folder / KILLER).write_text(item.nodeid)
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
