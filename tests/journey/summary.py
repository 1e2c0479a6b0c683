"""The list of clients at the end of a run. A plugin of its own: xdist's first process, which prints it,
collects no tests and so reads no conftest.py below tests/.
"""

from __future__ import annotations

from typing import Any


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
