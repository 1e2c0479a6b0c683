"""Databases with all tables, copied: migrating one costs 16 s of processor, and a run needs a dozen.

One is migrated once for each set of migrations, by this project's own command, and kept: on SQLite as a
file in var/tests/, on PostgreSQL as a database `profilelink_migrated_…` beside the one of DATABASE_URL
(those that nobody made anew for a week are dropped). `manage.py demo` and the migrations themselves have
tests that begin with nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "tests"
_PREFIX = "profilelink_migrated_"
_LOCK = 7346021  # PostgreSQL's advisory lock of whoever makes a template


@contextmanager
def own_database(folder: Path, *, with_tables: bool = True) -> Iterator[str]:
    """Yield the address of a database that nobody else uses: a file in `folder`, or one made on the
    server of DATABASE_URL and dropped afterwards."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        if with_tables:
            _copy(migrated_file(), folder / "demo.sqlite3")
        yield f"sqlite:///{folder}/demo.sqlite3"
        return
    name = f"profilelink_{secrets.token_hex(6)}"
    template = f' TEMPLATE "{migrated_template(url)}"' if with_tables else ""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"{template}')
    try:
        yield _address(url, name)
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrated_file() -> Path:
    """Return SQLite's migrated file, made now if it is not there."""
    kept = KEPT / f"{_key()}.sqlite3"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for older in KEPT.glob("*.sqlite3*"):
                older.unlink()
            made = kept.with_suffix(".sqlite3.new")
            _migrate(f"sqlite:///{made}")
            with closing(sqlite3.connect(made)) as written:
                written.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            made.rename(kept)
    return kept


def migrated_template(url: str) -> str:
    """Return the name of the migrated database on the server of `url`, made now if it is not there."""
    name = _PREFIX + _key()
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # ends with the connection
        known = {
            str(row[0]): str(row[1])
            for row in server.execute(
                "SELECT datname, coalesce(shobj_description(oid, 'pg_database') < "
                "(current_date - 7)::text, true) FROM pg_database WHERE starts_with(datname, %s)",
                [_PREFIX],
            )
        }
        if name not in known:
            server.execute(f'DROP DATABASE IF EXISTS "{name}_new"')
            server.execute(f'CREATE DATABASE "{name}_new"')
            _migrate(_address(url, f"{name}_new"))
            server.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
            today = server.execute("SELECT current_date::text").fetchone()
            server.execute(f"COMMENT ON DATABASE \"{name}\" IS '{today[0] if today else ''}'")
        for other, is_old in known.items():
            if other != name and is_old == "True":
                server.execute(f'DROP DATABASE IF EXISTS "{other}"')
    return name


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings: None,  # it gives each worker's database a name of its own
) -> bool:
    """Begin with a copy of the migrated database: a file is kept, PostgreSQL has it as its template."""
    own = settings.DATABASES["default"]
    if own["ENGINE"].endswith("sqlite3"):
        _copy(migrated_file(), Path(own["TEST"]["NAME"]))
        return True
    own["TEST"]["TEMPLATE"] = migrated_template(os.environ["DATABASE_URL"])
    return bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    yield
    own = settings.DATABASES["default"]
    if own["ENGINE"].endswith("sqlite3"):
        for ending in ("", "-wal", "-shm"):
            Path(f"{own['TEST']['NAME']}{ending}").unlink(missing_ok=True)


def copy_template(source: str, target: str) -> None:
    """Bring the migrated database of one server to another, which copies it in seconds."""
    name = migrated_template(source)
    with psycopg.connect(target, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    dumped = subprocess.run(
        ["pg_dump", "--no-owner", "-d", _address(source, name)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    subprocess.run(
        ["psql", "-q", "-d", _address(target, name)],
        input=dumped.stdout, check=True, capture_output=True, timeout=300,
    )  # fmt: skip


def _key() -> str:
    """What the tables depend on: every migration of ours, and the versions of what brings others."""
    found = hashlib.sha256()
    for package in ("django", "django-allauth", "django-q2"):
        found.update(version(package).encode())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _migrate(url: str) -> None:
    given = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    for command in (["migrate", "-v0"], ["createcachetable"]):
        subprocess.run(
            [sys.executable, "-m", "django", *command], cwd=ROOT, env=given, check=True, timeout=600
        )


def _address(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _copy(source: Path, target: Path) -> None:
    """Copy by SQLite's own backup, which takes along what still stands in the write-ahead log."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)
