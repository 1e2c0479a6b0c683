"""One running product for all journeys, each with browsers and a member of its own; their list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journey.world import World, running
from tests.photographs import a_photo_from_shibuya


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo with place data, as a phone's camera makes them."""
    path = tmp_path_factory.mktemp("photo") / "busstop.jpg"
    path.write_bytes(a_photo_from_shibuya((1200, 900)))
    return path


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Every client that a test named: "pass", or the reason why not, and what is to be known."""
    rows = []
    for outcome in ("passed", "failed", "skipped", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            told = dict(getattr(report, "user_properties", []))
            if "client" in told:
                result = "pass" if outcome == "passed" else _reason(report)
                note = f" ({told['note']})" if told["note"] else ""
                rows.append(f"{told['client']:9}{result}, {report.duration:.0f} s{note}")
    if rows:
        terminalreporter.section("the main job on each client")
        for row in sorted(rows):
            terminalreporter.write_line(row)


def _reason(report: Any) -> str:
    if report.skipped:
        return str(report.longrepr[2])
    return next(
        (line[1:].strip() for line in report.longreprtext.split("\n") if line.startswith("E ")),
        "failed",
    )
