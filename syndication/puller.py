"""The pull worker: a process of its own that brings friend lists and what friends wrote.

Its own, because a pull may wait a minute for a server that drips: in the workers that deliver, three
such servers delayed a post to mixi by 57 s. One thread runs one pull; what runs next is decided in one
place (actions.pull_schedule). A killed process loses its leases after three minutes, and the pulls go on
where they were.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import uuid
from types import FrameType

from django.db import connection
from django.utils import timezone

from syndication.actions import heartbeats, pull_schedule, pulls
from syndication.models import Pull

logger = logging.getLogger(__name__)

POLL = 1.0  # seconds between two looks at what is due
BEAT_EVERY = 5.0
LONGEST = 300.0  # seconds; a pull that takes longer hangs, and the watchdog must see it


class Puller:
    """Runs up to `threads` pulls at a time until SIGTERM or SIGINT."""

    def __init__(self, *, threads: int = pull_schedule.THREADS) -> None:
        self._threads = threads
        self._owner = str(uuid.uuid4())
        self._stopping = threading.Event()
        self._free = threading.Event()  # a pull has ended: look at once
        self._lock = threading.Lock()
        self._began: dict[int, float] = {}  # key of the row -> when its pull began
        self._beat_at = 0.0

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self._stopping.is_set():
            try:
                self.fill()
                self._beat()
            except Exception:  # the database is away, say
                logger.exception("puller")
                connection.close()
            self._free.wait(POLL)
            self._free.clear()
        pull_schedule.give_back(self._owner)

    def fill(self) -> None:
        """Start what is due, as far as threads are free."""
        free = self._threads - len(self._began)
        for pull in pull_schedule.take(timezone.now(), most=free, owner=self._owner):
            with self._lock:
                self._began[pull.pk] = time.monotonic()
            threading.Thread(target=self._pull, args=(pull,), daemon=True).start()

    def wait(self) -> None:
        """Until nothing runs."""
        while self._began:
            self._free.wait(POLL)
            self._free.clear()

    def _pull(self, pull: Pull) -> None:
        try:
            pulls.carry_out(pull)
        except Exception:
            logger.exception("pull %s", pull)
        finally:
            connection.close()
            with self._lock:
                del self._began[pull.pk]
            self._free.set()

    def _beat(self) -> None:
        """A sign of life for the supervisor, unless a pull hangs."""
        now = time.monotonic()
        name = os.environ.get(heartbeats.CLUSTER)
        hangs = any(now - began > LONGEST for began in list(self._began.values()))
        if name and not hangs and now - self._beat_at >= BEAT_EVERY:
            self._beat_at = now
            heartbeats.mark(heartbeats.part_of(name, heartbeats.PULL))

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()
        self._free.set()
