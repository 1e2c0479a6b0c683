"""A worker process, `manage.py worker_process`: delivers, and in one of a host's processes also maintains and imports.

The supervisor starts it. Its main thread runs wake-ups (`worker.queue`); each drains due deliveries in a
thread pool. The process `--with-maintenance` has the sweeper and the import worker beside that, in threads of their
own: a process for each of them took 100 MB more, and they wait for networks and the database as deliveries do.

Leases are times that hosts compare. While this machine's clock differs from the database's, nothing
runs here: it would take rows and tokens that others hold. A process that finds so ends, and the next waits.
The database may start after the process, and go away meanwhile.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import pkgutil
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import FrameType

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from syndication.delivery import heartbeats
from syndication.worker import queue
from syndication.worker.import_worker import ImportWorker
from syndication.worker.sweeper import Sweeper

logger = logging.getLogger(__name__)

CLOCKS_MAY_DIFFER = timedelta(seconds=30)  # below the quiet minute that each lease ends with
CHECK_CLOCK_EVERY = 2.0  # seconds
SWEEPER_ENDS_WITHIN = 2.0  # a step that takes longer is continued by the next process


class WorkerProcess:
    """Runs until SIGTERM. `say` prints one line on the terminal; only one of a host's processes speaks."""

    def __init__(self, say: Callable[[str], None], *, with_maintenance: bool) -> None:
        self._say = say if with_maintenance else lambda line: None
        self._imports = ImportWorker() if with_maintenance else None
        self._sweeper = Sweeper() if with_maintenance else None
        self._stopping = threading.Event()
        self._next_check = 0.0

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        if not self._wait_until_ready():
            return
        threads = [
            threading.Thread(target=part.run, name=type(part).__name__, daemon=True)
            for part in (self._sweeper, self._imports)
            if part
        ]
        for thread in threads:
            thread.start()
        self._say("work: running")
        _give_memory_back()
        try:
            queue.run_wakeups(self._turn)
        finally:
            self._end_maintenance(threads)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _end_maintenance(self, threads: list[threading.Thread]) -> None:
        if self._sweeper and self._imports:
            self._sweeper.stop()
            self._imports.stop()
            for thread, within in zip(threads, (SWEEPER_ENDS_WITHIN, None), strict=True):
                thread.join(within)

    def _wait_until_ready(self) -> bool:
        """Wait until the database has all our tables and the clock is right. Return False if told to stop."""
        said = ""
        while not self._stopping.is_set():
            heartbeats.beat()
            try:
                why = "waiting for manage.py migrate" if _is_migrate_due() else ""
                why = why or self._what_is_wrong_with_the_clock()
            except DatabaseError:
                connection.close()
                why = "waiting for the database"
            if not why:
                return True
            if why.partition(" is ")[0] != said:
                said = why.partition(" is ")[0]
                self._say(f"work: {why}")
            self._stopping.wait(1.0)
        return False

    def _what_is_wrong_with_the_clock(self) -> str:
        ahead = heartbeats.clock_skew()
        if abs(ahead) <= CLOCKS_MAY_DIFFER:
            return ""
        return (
            f"this machine's clock is {ahead.total_seconds():+.0f} seconds from the database's; "
            "nothing is sent from here until it is set right"
        )

    def _turn(self) -> bool:
        """Called before each look for a wake-up: return whether to go on."""
        if self._imports is None or not self._imports.hangs:
            heartbeats.beat()
        if time.monotonic() >= self._next_check:
            self._next_check = time.monotonic() + CHECK_CLOCK_EVERY
            try:
                if why := self._what_is_wrong_with_the_clock():
                    self._say(f"work: {why}")
                    self._stopping.set()
            except DatabaseError:
                logger.exception("work: clock")
                connection.close()
        return not self._stopping.is_set()


def _is_migrate_due() -> bool:
    """Whether the newest migration of one of our apps is not applied. Beside a `migrate` that goes on, the
    worker's statements and its locks could wait for each other, and PostgreSQL ends one of the two."""
    applied = MigrationRecorder(connection).applied_migrations()
    return any((app, _newest_migration(app)) not in applied for app in ("accounts", "syndication"))


def _newest_migration(app: str) -> str:
    """By the files' names: to import all of them takes memory that the worker would keep."""
    folder = f"{apps.get_app_config(app).path}/migrations"
    return max(found.name for found in pkgutil.iter_modules([folder]))


def _give_memory_back() -> None:
    """Give back what imports have used and freed: 8 MB, which glibc keeps otherwise."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
