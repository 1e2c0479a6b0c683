"""One thousand members and one million, on PostgreSQL: `python -m tests.bench scale`.

    python -m tests.bench scale                          1,000 and 1,000,000 members
    python -m tests.bench scale --members 10000          one size
    python -m tests.bench scale --only staff             of staff, members, engine
    python -m tests.bench scale --fill                   make the databases and measure nothing
    python -m tests.bench scale --sqlite 50000           fill a file, var/scale_50000.sqlite3, to look at

Each size is a database beside that of DATABASE_URL, `scale_<members>`, filled by SQL (tests.bench.scale_rows)
where there is none and dropped at the end without --keep. Then, for every list, filter and search of staff,
Today and Adoption; every page of three members; the choice of deliveries and imports, a claim, each step of
the sweep: milliseconds that the database's process was on a processor, rows read and buffers touched, as the
database counts them in that transaction. With the plans of the ten slowest statements at the last size.

A page is a fault (exit 1) where staff's takes more than MOST milliseconds at any size, and where a member's,
or the engine, reads more rows or 1.5 times the buffers of the first size, but for a few (SLACK): the planner
reads small tables whole, and an index is deeper by a level or two. The last line is JSON.

Figures of 30 November 2026, PostgreSQL 15, a million members (12 GB), two processors under a load of 20: 411 pages
of staff take 3.0 ms (median) to 51.6, Today 28, Adoption 1.9, beside 0.1 of SELECT 1. Of 163 pages of members none
takes more than 60 ms, home 40; momoko's friends and her friend's profile are called faults, since at a thousand the
planner reads whole tables for them (1,235 and 729 rows at a million). In the engine so are the choice of imports
(626 rows) and the links that ended, for the same reason, the walks, which see 10,000 rows of each table at a time,
and hosts without links, asked for once a day.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.migrated import migrated_file, migrated_template

SIZES = (1_000, 1_000_000)
PARTS = ("staff", "members", "engine")
MOST = 100  # milliseconds of the database for a page of staff
MORE_BUFFERS = 1.5
SLACK = 60  # rows or buffers
MEASURING = [sys.executable, "-m", "tests.bench.scale_parts"]

Taken = list[Any]  # milliseconds, rows, buffers


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench scale")
    parser.add_argument("--members", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--only", choices=PARTS, nargs="*", default=list(PARTS))
    parser.add_argument("--fill", action="store_true", help="make the databases, and keep them")
    parser.add_argument("--keep", action="store_true", help="leave the databases for the next time")
    parser.add_argument("--sqlite", type=int, help="fill a file of SQLite with so many members")
    given = parser.parse_args(arguments)
    if given.sqlite:
        _fill_sqlite(given.sqlite)
        return
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        raise SystemExit("scale takes a PostgreSQL: set DATABASE_URL")
    answers = {size: _at_size(url, size, given) for size in given.members}
    if not given.fill:
        sys.exit(1 if _print(answers, given.only) else 0)


def _at_size(url: str, size: int, given: argparse.Namespace) -> dict[str, Any]:
    """A process for each size: Django knows one database."""
    name = f"scale_{size}"
    parts = urlsplit(url)
    own = {**os.environ, "DATABASE_URL": urlunsplit((*parts[:2], f"/{name}", "", ""))}
    with psycopg.connect(url, autocommit=True) as server:
        if not _exists(server, name):
            server.execute(f'CREATE DATABASE "{name}_new" TEMPLATE "{migrated_template(url)}"')
            new = urlunsplit((*parts[:2], f"/{name}_new", "", ""))
            _run([str(size), "fill"], {**own, "DATABASE_URL": new})
            server.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
        if given.fill:
            return {}
        found = json.loads(_run([str(size), *given.only], own).splitlines()[-1])
        if not given.keep:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        return dict(found)


def _exists(server: psycopg.Connection[Any], name: str) -> bool:
    server.execute(f'DROP DATABASE IF EXISTS "{name}_new"')  # one that was not filled to its end
    return bool(server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def _fill_sqlite(size: int) -> None:
    file = Path("var") / f"scale_{size}.sqlite3"
    file.write_bytes(migrated_file().read_bytes())
    _run([str(size), "fill"], {**os.environ, "DATABASE_URL": f"sqlite:///{file.resolve()}"})
    print(f"{file}: {file.stat().st_size / 1e6:,.0f} MB")


def _run(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [*MEASURING, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: the process ended with {done.returncode}")
    return done.stdout


def _print(answers: dict[int, dict[str, Any]], parts: list[str]) -> int:
    """The table, the plans and the line of JSON. Return how many faults there are."""
    sizes, faults = list(answers), 0
    for part in [*parts, "SELECT 1"]:
        head = "".join(f"{f'{size:,}: ms':>16}{'rows':>9}{'buffers':>9}" for size in sizes)
        print(f"{part:70}{head}")
        for page in answers[sizes[0]]["found"][part]:
            taken = [answers[size]["found"][part].get(page) for size in sizes]
            fault = fault_of(part, taken)
            faults += bool(fault)
            cells = "".join(
                f"{ms:>16}{rows:>9}{buffers:>9}" for ms, rows, buffers in filter(None, taken)
            )
            print(f"{page[:69]:70}{cells}  {fault}".rstrip())
    print("\n\n".join(["The slowest statements:", *answers[sizes[-1]]["plans"]]))
    found = {str(size): answer["found"] for size, answer in answers.items()}
    print(json.dumps({"scale": found, "faults": faults}))
    return faults


def fault_of(part: str, taken: list[Taken | None]) -> str:
    """What is wrong with a page, by its figures at each size; "" if nothing."""
    known = [one for one in taken if one is not None]
    if part == "staff":
        return "slow" if max(one[0] for one in known) > MOST else ""
    (_, rows, buffers), (_, last_rows, last_buffers) = known[0], known[-1]
    if last_rows > rows + SLACK:
        return "reads more rows"
    return "touches more buffers" if last_buffers > MORE_BUFFERS * buffers + SLACK else ""
