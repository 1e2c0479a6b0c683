"""`manage.py demo` as a process: how it begins, what it refuses, and that nothing outlives it."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.drills import processes
from tests.drills.worker import until
from tests.ports import free_row

pytestmark = pytest.mark.journey

ENDS_WITHIN = 60  # seconds; it takes about three


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path / "demo")
    yield demo
    demo.end()


class Demo:
    """A demo of its own on free ports, and all processes that it brought."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = free_row(7)
        self.said = folder.with_suffix(".log")

    def start(self, *options: str, ready: bool = True, **environment: str) -> None:
        outside = ("SECRET_KEY", "PIN_KEY", "TOKEN_KEYS", "PUBLIC_URL", "EMAIL_URL", "MEDIA_ROOT",
                   "MIXI_CLIENT_ID", "MIXI_CLIENT_SECRET", "DJANGO_SETTINGS_MODULE", "DATABASE_URL")  # fmt: skip
        inherited = {name: value for name, value in os.environ.items() if name not in outside}
        web, sandbox = str(self.ports), str(self.ports + 1)
        self.process = processes.start_process(
            ["manage.py", "demo", "--port", web, "--sandbox-port", sandbox, *options],
            self.said,
            {**inherited, "DEMO_DIR": str(self.folder), "PYTHONUNBUFFERED": "1", **environment},
        )
        if ready:
            assert processes.logs_within(self.said, "password: ", 120), self.words()

    def family(self) -> list[int]:
        """The demo's processes and their guards, sessions of their own included."""
        return processes.tree(self.process.pid)

    def words(self) -> str:
        return self.said.read_text()

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=90)


def gone(pids: list[int]) -> bool:
    return until(lambda: not any(map(processes.is_running, pids)), seconds=ENDS_WITHIN)


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_two_demos_mixi_elsewhere_and_ctrl_c_again_and_again(demo: Demo):
    nobody = f"http://127.0.0.1:{demo.ports + 6}/mixi"
    demo.start("--fresh", MIXI_TOKEN_URL=f"{nobody}/2/token", MIXI_API_URL=f"{nobody}/2")
    assert "taro and yuki are not linked" in demo.words()

    database = demo.folder / "demo.sqlite3"
    before = database.stat().st_ino
    for folder, words in [(demo.folder, "DEMO_DIR"), (demo.folder.with_name("other"), "--port")]:
        second = Demo(folder)
        second.ports, second.said = demo.ports, demo.said.with_name(f"{folder.name}-second.log")
        second.start("--fresh", ready=False)
        assert second.process.wait(timeout=60) != 0
        assert words in second.words()
    assert database.stat().st_ino == before

    family = demo.family()
    assert len(family) > 8  # demo, guard, sandbox, worker with its cluster, web with its workers
    # Ctrl-C reaches the whole process group, `uv run` passes it on, the person presses again.
    for _ in range(5):
        os.killpg(demo.process.pid, signal.SIGINT)
        time.sleep(0.1)
    assert gone(family), demo.words()


def test_killed_it_leaves_nobody_behind_and_starts_again(demo: Demo):
    demo.start()
    family = demo.family()
    demo.process.kill()
    demo.process.wait()
    assert gone(family), demo.words()
    demo.said.write_text("")
    demo.start(ready=False)
    assert until(lambda: listens(demo.ports + 1), seconds=120), demo.words()
    family = demo.family()
    # The terminal is closed, in the middle of starting. Under nohup nobody hears of that.
    is_heard = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    os.killpg(demo.process.pid, signal.SIGHUP if is_heard else signal.SIGTERM)
    assert gone(family), demo.words()


def test_a_database_of_a_real_site_is_refused(demo: Demo, tmp_path: Path):
    database = f"sqlite:///{tmp_path}/site.sqlite3"
    with closing(sqlite3.connect(tmp_path / "site.sqlite3")) as rows:
        rows.execute("CREATE TABLE accounts_member (id INTEGER PRIMARY KEY)")
        rows.execute("INSERT INTO accounts_member VALUES (1)")
        rows.commit()
        demo.start(ready=False, DATABASE_URL=database)
        assert demo.process.wait(timeout=60) != 0
        assert "has members whom no demo made" in demo.words()
        tables = rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        assert tables == [("accounts_member",)]
