"""The pull worker: a process of its own that brings friend lists and what friends wrote, revokes tokens
that nobody keeps and refreshes those of idle links.

Its own, because a pull may wait a minute for a server that drips: in the workers that deliver, three
such servers delayed a post to mixi by 57 s. One thread runs one pull; what runs next is decided in one
place (delivery.import_schedule; of tokens delivery.token_upkeep). A killed process loses its leases after
three minutes, and the pulls go on where they were. One that is asked to stop waits for refreshes: a
network may take back the old token at once, and the new one must be stored.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from types import FrameType

from django.db import connection
from django.utils import timezone

from syndication.delivery import (
    credentials,
    heartbeats,
    import_schedule,
    imports,
    token_refresh,
    token_upkeep,
)
from syndication.delivery.token_upkeep import TokenTask
from syndication.models import Pull

logger = logging.getLogger(__name__)

POLL = 1.0  # seconds between two looks at what is due
BEAT_EVERY = 5.0
FINISH = 15.0  # seconds that a refresh gets when the process is to stop
LONGEST = 300.0  # seconds; a pull that takes longer hangs, and the watchdog must see it


class ImportWorker:
    """Runs up to `threads` pulls at a time until SIGTERM or SIGINT."""

    def __init__(self, *, threads: int = import_schedule.THREADS) -> None:
        self._threads = threads
        self._owner = str(uuid.uuid4())
        self._stopping = threading.Event()
        self._free = threading.Event()  # a pull has ended: look at once
        self._lock = threading.Lock()
        self._began: dict[Pull | TokenTask, float] = {}  # what runs -> when it began
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
        self._let_refreshes_end()
        import_schedule.release_pulls(self._owner)

    def fill(self) -> None:
        """Start what is due, as far as threads are free."""
        running = list(self._began)
        tasks = [task for task in running if isinstance(task, TokenTask)]
        for task in token_upkeep.next_token_tasks(timezone.now(), tasks):
            self._start(task, task.carry_out)
        free = self._threads - (len(running) - len(tasks))
        for pull in import_schedule.lease_due_pulls(timezone.now(), most=free, owner=self._owner):
            self._start(pull, partial(imports.run_pull, pull))

    def _start(self, what: Pull | TokenTask, act: Callable[[], None]) -> None:
        with self._lock:
            self._began[what] = time.monotonic()
        threading.Thread(target=self._carry_out, args=(what, act), daemon=True).start()

    def wait(self) -> None:
        """Until nothing runs."""
        while self._began:
            self._free.wait(POLL)
            self._free.clear()

    def _carry_out(self, what: Pull | TokenTask, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:
            logger.exception("puller: %s", what)
        finally:
            connection.close()
            with self._lock:
                del self._began[what]
            self._free.set()

    def _let_refreshes_end(self) -> None:
        """Wait while a link is being given a new token here."""
        end = time.monotonic() + FINISH
        while time.monotonic() < end:
            with self._lock:
                links = [link for what in self._began if (link := _refreshable(what))]
            if not credentials.is_refreshing(links, timezone.now()):
                return
            self._free.wait(POLL / 5)
            self._free.clear()

    def _beat(self) -> None:
        """A sign of life for the supervisor, unless a pull hangs."""
        now = time.monotonic()
        name = os.environ.get(heartbeats.CLUSTER)
        hangs = any(now - began > LONGEST for began in list(self._began.values()))
        if name and not hangs and now - self._beat_at >= BEAT_EVERY:
            self._beat_at = now
            heartbeats.mark_alive(heartbeats.heartbeat_key(name, heartbeats.PULL))

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()
        self._free.set()


def _refreshable(what: Pull | TokenTask) -> int:
    """The link whose token this may refresh, 0 for none."""
    if isinstance(what, Pull):
        return what.link_id
    return what.pk if what.run == token_refresh.refresh_idle_link else 0
