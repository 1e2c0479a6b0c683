"""`manage.py work` on a database of its own, as often as a test likes, and orders for its rows."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.drills import processes
from tests.drills.ordered import Rows
from tests.sandbox_server import TestSandbox
from tests.syndication.delivering import grant


class Worker:
    """The worker's environment, its process once it is started, and what it printed."""

    def __init__(self, sandbox: TestSandbox, environment: dict[str, str], folder: Path) -> None:
        self.sandbox = sandbox
        self.environment = environment
        self.log = folder / "work.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._rows: Rows | None = None

    def rows(self, *order: Any) -> Any:
        if self._rows is None:
            self._rows = Rows(self.environment)
        return self._rows(*order)

    def migrate(self) -> None:
        for command in ("migrate", "createcachetable"):
            processes.run_to_end(["manage.py", command, "-v0"], self.environment)

    def seed(self, *words: str, name: str = "hanako") -> None:
        held = grant(self.sandbox, name)
        given = {name: getattr(held, name) for name in ("access_token", "refresh_token", "uid")}
        self.rows("seed", name, given, *words)

    def start(self, *options: str) -> None:
        self.process = processes.start_process(
            ["manage.py", "work", *options], self.log, self.environment
        )

    def tree(self) -> list[int]:
        """The supervisor and everything below it."""
        assert self.process is not None
        return processes.tree(self.process.pid)

    def kill(self) -> None:
        """As if the machine had lost its power."""
        assert self.process is not None
        processes.kill_tree(self.process)

    def strike(self, number: signal.Signals) -> list[int]:
        """Send a signal to all processes that run tasks. Return them."""
        assert self.process is not None
        pids = [
            pid
            for pid in processes.children(self.process.pid)
            if b"child_processes" not in Path(f"/proc/{pid}/cmdline").read_bytes()  # the guard
        ]
        for pid in pids:
            os.kill(pid, number)
        return pids

    def stop(self, *, within: float) -> float:
        """SIGTERM. The seconds until it was gone. Raises TimeoutExpired."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=within)
        return time.monotonic() - began

    @contextlib.contextmanager
    def ended_at_last(self) -> Iterator[Worker]:
        """Nothing is left running, however the test went."""
        try:
            yield self
        finally:
            if self.process is not None:
                self.kill()
            if self._rows is not None:
                self._rows.close()
                self._rows = None

    def said(self) -> str:
        return self.log.read_text()


def environment_of(sandbox: TestSandbox, database_url: str, **more: str) -> dict[str, str]:
    """The worker's environment; nothing of the sandbox where it does not listen."""
    return {
        **os.environ,
        **(sandbox.environment() if sandbox.ports else {}),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def until(check: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Wait for something true to come of `check()`; its last word otherwise."""
    end = time.monotonic() + seconds
    while not (value := check()) and time.monotonic() < end:
        time.sleep(0.2)
    return value
