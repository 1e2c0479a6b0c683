"""`manage.py work` as a real process, killed, hung and stopped; the network counts the copies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journey.world import own_database
from tests.sandbox_server import TestSandbox, make_sandbox
from tests.syndication.delivering import grant, texts

ROOT = Path(__file__).resolve().parents[2]
VOICE = "POST /2/voice/statuses"

pytestmark = pytest.mark.journey


class Worker:
    """A database of its own, and `manage.py work` on it, as often as a test likes."""

    def __init__(self, sandbox: TestSandbox, database_url: str, folder: Path) -> None:
        self.sandbox = sandbox
        self.log = folder / "work.log"
        self.environment = {
            **os.environ,
            **_networks(sandbox),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONUNBUFFERED": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, *command: str) -> Any:
        said = self.run("-m", "tests.syndication.work_rows", *command)
        return json.loads(said) if said.strip() else None

    def migrate(self) -> None:
        self.run("manage.py", "migrate", "-v0")
        self.run("manage.py", "createcachetable")

    def seed(self, *words: str) -> None:
        held = grant(self.sandbox)
        self.rows("seed", held.access_token, held.refresh_token, held.uid, *words)

    def start(self, *options: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "work", *options],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def tree(self) -> list[int]:
        """The supervisor and everything below it."""
        assert self.process is not None
        found = [self.process.pid]
        for pid in found:
            found += _children(pid)
        return found

    def kill(self) -> None:
        """kill -9 for all of them, as if the machine had lost its power."""
        for pid in self.tree():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    @contextlib.contextmanager
    def ended_at_last(self) -> Iterator[None]:
        """Nothing is left running, however the test went."""
        try:
            yield
        finally:
            if self.process is not None and self.process.poll() is None:
                self.kill()

    def said(self) -> str:
        return self.log.read_text()


def _networks(sandbox: TestSandbox) -> dict[str, str]:
    """Where the sandbox listens; nothing of it where it does not."""
    return sandbox.environment() if sandbox.ports else {}


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = path.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == parent:
                found.append(int(path.parent.name))
    return found


def until(check: Any, *, seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while not (value := check()) and time.monotonic() < end:
        time.sleep(0.2)
    return value


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database with all tables, made once: that takes the longest."""
    folder = tmp_path_factory.mktemp("work")
    with own_database(folder) as url:
        prepared = Worker(make_sandbox(), url, folder)
        prepared.migrate()
        yield url


@pytest.fixture
def worker(sandbox: TestSandbox, migrated: str, tmp_path: Path) -> Iterator[Worker]:
    """Nothing in the tables, nothing running."""
    worker = Worker(sandbox, migrated, tmp_path)
    worker.rows("clear")
    with worker.ended_at_last():
        yield worker


@pytest.fixture
def worker_without_tables(sandbox: TestSandbox, tmp_path: Path) -> Iterator[Worker]:
    with own_database(tmp_path) as url:
        worker = Worker(sandbox, url, tmp_path)
        with worker.ended_at_last():
            yield worker


def test_killed_in_the_middle_of_a_request_it_loses_and_doubles_nothing(sandbox, worker):
    sandbox.faults.add("mixi", "slow", match=VOICE, seconds=15)
    worker.seed("真ん中", "後から")
    worker.start()
    assert until(lambda: texts(sandbox)), worker.said()
    worker.kill()  # mixi has it, and nobody here knows
    assert "sending" in worker.rows("states").values()
    worker.rows("age", "300")
    worker.start()
    both = {"真ん中": "sent", "後から": "sent"}
    assert until(lambda: worker.rows("states") == both), (worker.rows("states"), worker.said())
    assert sorted(texts(sandbox)) == sorted(both)


def test_a_lost_hint_delays_a_post_by_seconds(sandbox, worker):
    worker.seed("ひとつめ")
    worker.rows("forget")
    worker.start()
    assert until(lambda: texts(sandbox) == ["ひとつめ"]), worker.said()
    worker.seed("ふたつめ")
    worker.rows("forget")
    started = time.monotonic()
    assert until(lambda: len(texts(sandbox)) == 2), worker.said()
    assert time.monotonic() - started < 5


def test_an_idle_worker_killed_by_sigkill_does_not_stop_the_deliveries(sandbox, worker):
    """It takes the queue's lock with it: django-q2 looks well and does nothing. The watchdog acts."""
    worker.start("--silent-after", "12")
    assert until(lambda: any(part.startswith("task ") for part in worker.rows("beats")))
    first = set(worker.tree())
    supervisor, cluster, *below = worker.tree()
    for pid in below:
        for child in _children(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    worker.seed("それでも届く")
    assert until(lambda: texts(sandbox) == ["それでも届く"], seconds=90), worker.said()
    assert supervisor in worker.tree()
    assert len(first) >= 5


def test_a_new_secret_key_with_hints_in_the_queue_loses_nothing(sandbox, worker):
    """django-q2 cannot read its own queue any more and drops it; the rows are woken all the same."""
    worker.seed("古い鍵で", "書いた")
    worker.environment["SECRET_KEY"] = "another-one"
    worker.start()
    assert until(lambda: sorted(texts(sandbox)) == ["古い鍵で", "書いた"]), worker.said()


def test_sigterm_stops_everything_within_thirty_seconds(sandbox, worker):
    worker.seed("最後の一つ")
    worker.start()
    assert until(lambda: texts(sandbox)), worker.said()
    pids = worker.tree()
    assert worker.process is not None
    worker.process.send_signal(signal.SIGTERM)
    worker.process.wait(timeout=30)
    assert "work: stopped" in worker.said()
    assert until(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()], seconds=5)


def test_it_waits_for_a_database_that_is_not_there_yet(sandbox, worker_without_tables):
    worker_without_tables.start()
    assert until(lambda: "waiting for the database" in worker_without_tables.said()), (
        worker_without_tables.said()
    )
    worker_without_tables.migrate()
    assert until(lambda: "work: running" in worker_without_tables.said()), (
        worker_without_tables.said()
    )
    worker_without_tables.seed("待った甲斐")
    assert until(lambda: texts(sandbox) == ["待った甲斐"]), worker_without_tables.said()
