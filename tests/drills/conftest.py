"""A worker on a database of its own: with all tables, without any, and what it is called by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.worker import Worker, environment_of
from tests.migrated import own_database
from tests.sandbox_server import TestSandbox


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database with all tables, for all tests."""
    folder = tmp_path_factory.mktemp("work")
    with own_database(folder) as url:
        yield url


@pytest.fixture
def worker(sandbox: TestSandbox, migrated: str, tmp_path: Path) -> Iterator[Worker]:
    """Nothing in the tables, nothing running."""
    worker = Worker(sandbox, environment_of(sandbox, migrated), tmp_path)
    with worker.ended_at_last():
        worker.rows("clear")
        yield worker


@pytest.fixture
def worker_without_tables(sandbox: TestSandbox, tmp_path: Path) -> Iterator[Worker]:
    with own_database(tmp_path, with_tables=False) as url:
        worker = Worker(sandbox, environment_of(sandbox, url), tmp_path)
        with worker.ended_at_last():
            yield worker
