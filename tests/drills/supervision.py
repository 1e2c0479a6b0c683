"""Supervision drills of the worker: `python -m tests.drills.supervision`.

Runs tests/drills/test_supervision.py with the watchdog's own patience (75 s) and prints a line for each
drill: how it ended, after how many seconds, what was seen. On PostgreSQL and Redis where DATABASE_URL
and QUEUE_URL say so; what needs them is said to be left out where they do not.

`-k sigterm` runs those whose name holds that word.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

DRILLS = Path(__file__).with_name("test_supervision.py")


class Lines:
    """A line for each test, as soon as it is over."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        name = report.nodeid.rpartition("::test_")[2].replace("_", " ")
        seen = [f"{what}: {value}" for what, value in report.user_properties]
        if report.skipped and isinstance(report.longrepr, tuple):
            seen.append(report.longrepr[2])
        words = {"passed": "holds", "failed": "FAILS", "skipped": "left out"}[report.outcome]
        print(f"{words:9} {report.duration:4.0f} s  {name}", *seen, sep=" · ", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.drills.supervision", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument(
        "-k", default="", metavar="WORDS", help="only drills with these in the name"
    )
    chosen = parser.parse_args().k
    os.environ.setdefault("DRILL_SILENT_AFTER", "75")
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider"]
    return int(pytest.main([str(DRILLS), *quiet, "-k", chosen], plugins=[Lines()]))


if __name__ == "__main__":
    sys.exit(main())
