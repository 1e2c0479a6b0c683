"""Lingering threads: keep a thread and its database connection for a moment, for the next task.

A connection to PostgreSQL is a process there, which has to read its catalogue first: opened for each slice of
work it cost as much as a delivery.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from django.db import connection

logger = logging.getLogger(__name__)


class LingeringThreads:
    """Runs each function in a thread: in one that waits, else in a new one.

    `linger`: seconds that a thread waits for the next before it ends.
    """

    def __init__(self, *, linger: float) -> None:
        self._linger = linger
        self._tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0  # threads that wait for a function which nobody has put yet

    def start(self, act: Callable[[], None]) -> None:
        """Run `act` now. What it raises is logged."""
        with self._lock:
            is_one_waiting = self._waiting > 0
            self._waiting -= is_one_waiting
        self._tasks.put(act)
        if not is_one_waiting:
            threading.Thread(target=self._run, name="lingering", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                act = self._tasks.get(timeout=self._linger)
            except Empty:
                with self._lock:
                    if self._waiting:
                        self._waiting -= 1
                        break
                continue  # a function is being put for this thread
            try:
                act()
            except Exception:  # the database is away, say; the rows are as they were
                logger.exception("a thread of the worker")
            connection.close_if_unusable_or_obsolete()
            with self._lock:
                self._waiting += 1
        connection.close()
