"""The sweeper: wakes due rows and writes the deletion log every two seconds, and does all else once a minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from syndication.actions import deletion_log
from syndication.delivery import heartbeats
from syndication.worker import queue, sweep

logger = logging.getLogger(__name__)

TICK = 0.5  # seconds
WAKE_EVERY = 2.0
HEARTBEAT_EVERY = 10.0
SWEEP_EVERY = 60.0
SWEEPER = "sweeper"


class Sweeper:
    """Runs its steps until it is stopped."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._next: dict[str, float] = {}
        self._steps: dict[str, tuple[float, Callable[[], object]]] = {
            "heartbeat": (HEARTBEAT_EVERY, self._request_heartbeat),
            "wake": (WAKE_EVERY, lambda: sweep.wake_due_deliveries(timezone.now())),
            "mails": (WAKE_EVERY, lambda: sweep.wake_due_mails(timezone.now())),
            "deletion log": (WAKE_EVERY, deletion_log.write_deletion_log),
            "sweep": (SWEEP_EVERY, sweep.run_all_steps),
        }

    def run(self) -> None:
        while not self._stopping.wait(TICK):
            self._tick()
        connection.close()

    def stop(self) -> None:
        """Let the present step be the last."""
        self._stopping.set()

    def _tick(self) -> None:
        for name, (every, step) in self._steps.items():
            if time.monotonic() < self._next.get(name, 0.0):
                continue
            self._next[name] = time.monotonic() + every
            try:
                step()
            except Exception:  # the database is away, say; the loop goes on whatever it was
                logger.exception("work: %s", name)
                connection.close()

    def _request_heartbeat(self) -> None:
        """Ask for a task that only records a heartbeat: /readyz sees by it that tasks are run."""
        heartbeats.mark_alive(SWEEPER)
        queue.push_heartbeat()
