"""Migrate SQLite's test database once a run: the other workers of pytest-xdist copy the first one's file.

Migrating costs about 7 s of processor, a copy none. On PostgreSQL each worker migrates a database of its
own: a database that is copied there must have no open connection.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest
from django.conf import settings

_LOCK = pytest.StashKey[IO[bytes]]()  # of the worker that migrates, until its file is copied


def _migrated_file() -> Path | None:
    """Return where the migrated file of this run stands, None where nobody shares one."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    if not run or not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return None
    return Path(tempfile.gettempdir()) / f"profilelink-migrated-{run}.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings: None,  # it gives each worker's file a name of its own
) -> bool:
    """Copy the migrated file, and keep what it holds; the first worker is told to migrate."""
    migrated = _migrated_file()
    if migrated is None:
        return bool(request.config.getvalue("reuse_db"))
    lock = migrated.with_suffix(".lock").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)  # until the first worker has migrated
    if migrated.exists():
        _copy(migrated, _own_file())
        lock.close()
        return True
    request.config.stash[_LOCK] = lock
    return False


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[None]:
    migrated, lock = _migrated_file(), request.config.stash.get(_LOCK, None)
    if migrated is not None and lock is not None:
        _copy(_own_file(), migrated)
        lock.close()
    yield
    if migrated is not None and lock is None:  # the first worker's is removed where it was made
        for ending in ("", "-wal", "-shm"):
            Path(f"{_own_file()}{ending}").unlink(missing_ok=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove the shared file, by the process that started the workers."""
    if hasattr(session.config, "workerinput"):
        return
    for left in Path(tempfile.gettempdir()).glob(f"profilelink-migrated-{_run_of(session)}.*"):
        left.unlink(missing_ok=True)


def _run_of(session: pytest.Session) -> str:
    nodes = session.config.pluginmanager.getplugin("dsession")
    return nodes.nodemanager.testrunuid if nodes is not None else "none"


def _own_file() -> Path:
    return Path(settings.DATABASES["default"]["TEST"]["NAME"])


def _copy(source: Path, target: Path) -> None:
    """Copy by SQLite's own backup, which takes along what still stands in the write-ahead log."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)
