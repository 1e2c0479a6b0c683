"""`python -m tests.mutants`; what it is stands in the package."""

from __future__ import annotations

import argparse
import glob
import os
import sys
from dataclasses import dataclass

import pytest

from tests.mutants.running import MutationRun, Sample


@dataclass(frozen=True)
class Package:
    """What is mutated, the folders whose tests may kill it, and those made for it (tried first)."""

    sources: list[str]
    tests: list[str]
    own: list[str]


ACCOUNTS = "tests/accounts/test_"
PACKAGES = {
    "urlsession": Package(
        ["accounts/urlsession/*.py"],
        [
            "tests/accounts/urlsession",
            f"{ACCOUNTS}[!l]*.py",
            f"{ACCOUNTS}login*.py",
            "tests/profilelink/test_[bl]*.py",  # bounds, languages
        ],
        ["tests/accounts/urlsession/"],
    ),
    "linking": Package(
        ["accounts/actions/link*.py", "accounts/providers/**/*.py", "accounts/adapters.py"],
        [f"{ACCOUNTS}{name}*.py" for name in ("bluesky", "link", "member", "provider", "secrets")],
        [f"{ACCOUNTS}link", f"{ACCOUNTS}provider"],
    ),
    "delivery": Package(
        ["syndication/delivery/*.py"],
        [
            *(f"tests/syndication/{name}" for name in ("actions", "delivery", "queries", "worker")),
            "tests/syndication/test_*.py",
        ],
        ["tests/syndication/delivery/"],
    ),
}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("package", nargs="*", help=", ".join(PACKAGES))
    parser.add_argument("--sample", type=int, default=200, help="mutants of each package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30, help="of each package, at most")
    asked = parser.parse_args(words)
    if unknown := set(asked.package) - set(PACKAGES):
        parser.error(f"no such package: {', '.join(sorted(unknown))}")
    # One process for each: what a package's tests import and collect does not weigh on the next.
    for name in asked.package or PACKAGES:
        if os.fork() == 0:
            os._exit(_run(name, PACKAGES[name], asked))
        os.wait()
    return 0


def _run(name: str, package: Package, asked: argparse.Namespace) -> int:
    os.environ["CI"] = "true"  # Hypothesis draws the same examples each time
    wanted = Sample(name, package.sources, package.own, asked.sample, asked.seed, asked.minutes)
    options = ["-s", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--no-summary"]
    options += ["-m", "not journey and not drill and not browser"]
    tests = [found for pattern in package.tests for found in sorted(glob.glob(pattern))]
    return pytest.main([*options, *tests], plugins=[MutationRun(wanted)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
