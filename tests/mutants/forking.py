"""Children of a process that has collected the tests: each with a database and folder of its own.

A child leaves by `os._exit`, so nothing of the parent's is torn down in it. SQLite only: its database is a
file that is copied.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import connections
from django.test import override_settings

BROKEN = 70  # exit code: the child itself failed, not a test


class Child:
    """One running fork. `work` returns its exit code; `folder` is gone after `close`."""

    def __init__(self, work: Callable[[Path], int], seconds: float) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        self.until = time.monotonic() + seconds
        self.began = time.monotonic()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._be_the_child(work)

    def _be_the_child(self, work: Callable[[Path], int]) -> None:
        code = BROKEN
        try:
            os.setsid()
            log = os.open(self.folder / "log", os.O_WRONLY | os.O_CREAT)
            os.dup2(log, 1)
            os.dup2(log, 2)
            _move_stores(self.folder)
            code = work(self.folder)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)

    def exit_code(self) -> int | None:
        """None while it runs; negative when it was killed, for its time is up."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0 and time.monotonic() < self.until:
            return None
        self._end_processes()
        if pid == 0:
            _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def _end_processes(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # where it ended by itself
            os.killpg(self.pid, signal.SIGKILL)  # what its tests started goes with it

    def text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _move_stores(folder: Path) -> None:
    """The parent has no open connection, so the file is whole."""
    database = folder / "db.sqlite3"
    shutil.copyfile(connections["default"].settings_dict["NAME"], database)
    connections["default"].settings_dict["NAME"] = str(database)
    settings.DATABASES["default"]["NAME"] = str(database)
    settings.DATABASES["default"]["TEST"]["NAME"] = str(database)  # which tests.migrated removes
    os.environ["MEDIA_ROOT"] = str(folder / "media")
    override_settings(MEDIA_ROOT=folder / "media").enable()


class Work(Protocol):
    """Something to be done in a child."""

    def start(self) -> Child | None:
        """The child that does it, or None where nothing needs to be done."""

    def end(self, child: Child, code: int) -> Work | None:
        """Take what the child found out; what is to be done next."""


def run_children(works: Iterable[Work], at_once: int) -> None:
    waiting = deque(works)
    running: list[tuple[Work, Child]] = []
    while waiting or running:
        while waiting and len(running) < at_once:
            work = waiting.popleft()
            if child := work.start():
                running.append((work, child))
        for work, child in list(running):
            if (code := child.exit_code()) is not None:
                running.remove((work, child))
                if after := work.end(child, code):
                    waiting.appendleft(after)
                child.close()
        time.sleep(0.02)
