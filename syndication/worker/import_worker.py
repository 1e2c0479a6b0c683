"""The import worker: threads that import friend lists and friends' posts, revoke unused tokens and
refresh those of idle links.

They are not those of the delivery pool, because an import may wait a minute for a server that drips: in threads
that deliver, three such servers delayed a post to mixi by 57 s. One thread runs one task, chosen by
delivery.import_schedule or delivery.token_upkeep. The leases of a killed process expire after three
minutes, and its imports continue where they were. When it is stopped it waits for refreshes: a
network may invalidate the old token at once, and the new one must be stored.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial

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
from syndication.delivery.threads import LingeringThreads
from syndication.delivery.token_upkeep import TokenTask
from syndication.models import LinkImport

logger = logging.getLogger(__name__)

POLL = 2.0  # seconds between two queries for due tasks; one that ends asks at once
GATHER = 0.1  # seconds after the end of a task in which others may end: one choice serves them all
LINGER = 0.5  # seconds that a thread waits for the next task, with its connection to the database
BEAT_EVERY = 5.0
FINISH = 15.0  # seconds that a refresh gets when the worker is stopped
LONGEST = 300.0  # seconds; a longer task hangs, and the watchdog must see it


class ImportWorker:
    """Runs up to `threads` imports at a time, and token tasks, until it is stopped."""

    def __init__(self, *, threads: int = import_schedule.THREADS) -> None:
        self._threads = threads
        self._owner = str(uuid.uuid4())
        self._stopping = threading.Event()
        self._free = threading.Event()  # set when a task ends: choose again at once
        self._lock = threading.Lock()
        self._began: dict[LinkImport | TokenTask, float] = {}  # what runs -> when it began
        self._hands = LingeringThreads(linger=LINGER)
        self._beat_at = 0.0

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.fill()
                self._beat()
            except Exception:  # the database is away, say
                logger.exception("import worker")
                connection.close()
            if self._free.wait(POLL):
                self._stopping.wait(GATHER)
            self._free.clear()
        self._wait_for_refreshes()
        import_schedule.release_imports(self._owner)

    def fill(self) -> None:
        """Start due tasks while threads are free."""
        running = list(self._began)
        tasks = [task for task in running if isinstance(task, TokenTask)]
        for task in token_upkeep.next_token_tasks(timezone.now(), tasks):
            self._start(task, task.carry_out)
        free = self._threads - (len(running) - len(tasks))
        for link_import in import_schedule.lease_due_imports(
            timezone.now(), most=free, owner=self._owner
        ):
            self._start(link_import, partial(imports.run_link_import, link_import))

    def _start(self, what: LinkImport | TokenTask, act: Callable[[], None]) -> None:
        with self._lock:
            self._began[what] = time.monotonic()
        self._hands.start(partial(self._carry_out, what, act))

    def wait(self) -> None:
        """Wait until no task runs."""
        while self._began:
            self._free.wait(POLL)
            self._free.clear()

    def _carry_out(self, what: LinkImport | TokenTask, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:
            logger.exception("import worker: %s", what)
        finally:
            with self._lock:
                del self._began[what]
            self._free.set()

    def _wait_for_refreshes(self) -> None:
        """Wait while a token refresh is under way in this process."""
        end = time.monotonic() + FINISH
        while time.monotonic() < end:
            with self._lock:
                links = [link for what in self._began if (link := _refreshable(what))]
            if not credentials.is_refreshing(links, timezone.now()):
                return
            self._free.wait(POLL / 5)
            self._free.clear()

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beat_at >= BEAT_EVERY:
            self._beat_at = now
            heartbeats.mark_alive(heartbeats.IMPORT)

    @property
    def hangs(self) -> bool:
        """Whether a task runs for longer than any should."""
        now = time.monotonic()
        return any(now - began > LONGEST for began in list(self._began.values()))

    def stop(self) -> None:
        """Start nothing more, and let token refreshes finish."""
        self._stopping.set()
        self._free.set()


def _refreshable(what: LinkImport | TokenTask) -> int:
    """The key of the link whose token the task may refresh, 0 for none."""
    if isinstance(what, LinkImport):
        return what.link_id
    return what.pk if what.run == token_refresh.refresh_idle_link else 0
