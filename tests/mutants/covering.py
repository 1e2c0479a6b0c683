"""Which tests run which lines, and how long each takes: coverage, with each test as a context."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import coverage
import pytest


@dataclass
class Covered:
    """Of tests that pass: their seconds, and for each (file, line) the tests that run it.

    Seconds of processor say what a test costs; those by the clock, how long it may be waited for.
    """

    cost: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    by_line: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def tests_of(self, path: Path, lines: range) -> set[str]:
        found: set[str] = set()
        for line in lines:
            found |= self.by_line.get((str(path), line), set())
        return found - self.failed

    def read(self, text: str) -> None:
        """Add what `record` wrote."""
        for line in text.splitlines():
            kind, name, what = json.loads(line)
            if kind == "seconds":
                self.cost[name], self.seconds[name] = what
            elif kind == "failed":
                self.failed.add(name)
            else:
                for number, tests in what.items():
                    self.by_line.setdefault((name, int(number)), set()).update(tests)


def forget_what_stands(items: list[pytest.Item]) -> None:
    """In a child: tear down the packages that the parent's one test left standing, or the first test of
    another package fails. What belongs to the session stays: the database."""
    for item in items[:1]:
        item.session._setupstate.teardown_exact(item)


def record(items: list[pytest.Item], paths: list[Path], to: Path) -> int:
    """Run the tests (in a child) and write what `Covered.read` reads."""
    watching = coverage.Coverage(
        data_file=None, config_file=False, include=[str(path) for path in paths], messages=False
    )
    watching.start()
    lines: list[tuple[str, str, object]] = []
    forget_what_stands(items)
    for item, after in zip(items, [*items[1:], None], strict=True):
        watching.switch_context(item.nodeid)
        before = item.session.testsfailed
        cost, began = time.process_time(), time.monotonic()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
        took = (time.process_time() - cost, time.monotonic() - began)
        lines.append(("seconds", item.nodeid, took))
        if item.session.testsfailed > before:
            lines.append(("failed", item.nodeid, 0))
    watching.stop()
    data = watching.get_data()
    for name in data.measured_files():
        by_line = {
            number: [each for each in tests if each]
            for number, tests in data.contexts_by_lineno(name).items()
        }
        lines.append(("lines", name, by_line))
    to.write_text("\n".join(json.dumps(each) for each in lines), encoding="utf-8")
    return 0
