"""Several rows under way at a time in one worker: most of a delivery is waiting for a network.

Hands are threads, each with a database connection of its own. They share one list of what is due. Each
takes from it all rows of one link, since a link has one request in flight; whoever finds the list
empty fills it again.

A worker works for a slice of time. When the slice ends while one hand still waits for a silent host,
the other hands go on (for PATIENCE at most) instead of waiting for that hand: one such host costs the
worker one hand and not all of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from django.db import connection

logger = logging.getLogger(__name__)

HANDS = 4  # of one worker
PATIENCE = 20.0  # seconds beyond the slice


class Hands:
    """Up to `most` hands, the caller's own thread among them.

    `look` gives the keys of what is due, a list for each link; `take` tries one row and says whether
    it was tried.
    """

    def __init__(
        self, look: Callable[[], list[list[int]]], take: Callable[[int], bool], *, most: int
    ) -> None:
        self._look = look
        self._take = take
        self._most = most
        self._lock = threading.Lock()
        self._list: deque[list[int]] = deque()
        self._began: dict[int, float] = {}  # thread -> when it began the row that it is at
        self._tried = 0
        self._tried_before = -1  # what `_tried` was when the list was filled last
        self._end = 0.0

    def work(self, seconds: float) -> tuple[int, bool]:
        """For about so long, or until nothing is due. How many were tried; whether more may be due."""
        self._fill()
        self._end = time.monotonic() + seconds  # after the look, however long it took
        helpers = [
            threading.Thread(target=self._help, name=f"hand-{number}", daemon=True)
            for number in range(1, min(self._most, len(self._list)))
        ]
        for helper in helpers:
            helper.start()
        self._go_on()
        for helper in helpers:
            helper.join()
        return self._tried, bool(self._list) or self._tried > self._tried_before

    def _help(self) -> None:
        try:
            self._go_on()
        except Exception:  # the database is away, say; the rows are as they were
            logger.exception("a hand")
        finally:
            connection.close()

    def _go_on(self) -> None:
        me = threading.get_ident()
        while rows := self._next():
            for pk in rows:
                self._began[me] = time.monotonic()
                try:
                    was_tried = self._take(pk)
                finally:
                    del self._began[me]
                with self._lock:
                    self._tried += was_tried
                if not was_tried or self._is_over():
                    break  # somebody else has the link, or the time is up

    def _next(self) -> list[int]:
        """A link's rows; none where this hand has nothing more to do."""
        with self._lock:
            if self._is_over():
                return []
            if not self._list and self._tried > self._tried_before:
                self._fill()
            return self._list.popleft() if self._list else []

    def _is_over(self) -> bool:
        """Whether to stop: the slice has ended, and no hand waits for a request that it began before
        that, or PATIENCE has ended, too. At least one row is tried."""
        now = time.monotonic()
        if now < self._end or not self._tried:
            return False
        is_waited_for = any(began < self._end for began in list(self._began.values()))
        return not is_waited_for or now > self._end + PATIENCE

    def _fill(self) -> None:
        self._tried_before = self._tried
        self._list.extend(self._look())
