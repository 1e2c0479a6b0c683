"""The lists of admin at one thousand and one million members, on PostgreSQL: `python -m tests.bench scale`.

    python -m tests.bench scale                     two sizes: 1,000 and 1,000,000 members
    python -m tests.bench scale --members 10000     one size

Fills a database of its own beside that of DATABASE_URL by SQL (a member has 3 posts, 2 deliveries with an
attempt each, a comment, a like, 2 notices, a session, a phone login, a link; 29 friends up to 10,000 members,
FRIENDS above, since 29 million pairs take an hour). Then opens every list, filter and search of admin as a
superuser does: milliseconds of database (all statements of the page, best of three) and rows read, which the
database counts. A table, then one line of JSON; exit 1 where a page takes more than MOST milliseconds at any
size.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import psycopg

MOST = 100  # milliseconds of database for one page
FRIENDS = 3  # of a member above 10,000 members
SIZES = (1_000, 1_000_000)


@dataclass
class Figure:
    """What one page takes at each size: (milliseconds, rows)."""

    page: str
    of: dict[int, tuple[float, int]] = field(default_factory=dict)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench scale")
    parser.add_argument("--members", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--keep", action="store_true", help="leave the databases, to look at plans")
    given = parser.parse_args(arguments)
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        raise SystemExit("scale takes a PostgreSQL: set DATABASE_URL")
    figures: dict[str, Figure] = {}
    for size in given.members:
        for page, found in _measure_in_own_process(url, size, keep=given.keep).items():
            figures.setdefault(page, Figure(page)).of[size] = found
    _print(list(figures.values()), given.members)
    worst = max(ms for one in figures.values() for ms, _rows in one.of.values())
    sys.exit(0 if worst <= MOST else 1)


def _measure_in_own_process(url: str, size: int, *, keep: bool) -> dict[str, tuple[float, int]]:
    """A process for each size: Django knows one database."""
    name = f"profilelink_scale_{size}"
    with psycopg.connect(url, autocommit=True) as connection:
        has = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not has:
            connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(url)
    own = urlunsplit((parts.scheme, parts.netloc, f"/{name}", "", ""))
    command = [sys.executable, "-m", "tests.bench.scale_lists", str(size)]
    done = subprocess.run(
        [*command, *(["filled"] if has else [])],
        env={**os.environ, "DATABASE_URL": own},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not keep:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    if done.returncode:
        raise SystemExit(f"{size} members: the measuring process ended with {done.returncode}")
    found = json.loads(done.stdout.splitlines()[-1])
    return {page: (ms, rows) for page, (ms, rows) in found.items()}


def _print(figures: list[Figure], sizes: list[int]) -> None:
    head = "".join(f"{f'{size:,}: ms':>18}{'rows':>10}" for size in sizes)
    print(f"{'page of admin':64}{head}")
    for one in figures:
        cells = "".join(
            f"{one.of[size][0]:>18.1f}{one.of[size][1]:>10}" if size in one.of else f"{'–':>28}"
            for size in sizes
        )
        print(f"{one.page[:63]:64}{cells}")
    print(json.dumps({"scale": {one.page: one.of for one in figures}}))
