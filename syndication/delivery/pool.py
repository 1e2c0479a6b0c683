"""Several rows under way at a time in one worker: most of a delivery is waiting for a network.

Hands are threads, each with a database connection of its own. They share one list of what is due. Each
takes from it all rows of one link, since a link has one request in flight; whoever finds the list
empty fills it again.

A worker works for a slice of time. When the slice ends while one hand still waits for a silent host,
the other hands go on (for GRACE_SECONDS at most) instead of waiting for that hand: one such host costs the
worker one hand and not all of them.

Where all hands wait at once, a reserve hand looks every second for what has become due meanwhile. The
delivery named by a hint is one of the list, for the same reason: tried by itself, it would hold up the
whole worker.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from django.db import connection

logger = logging.getLogger(__name__)

THREADS_PER_WORKER = 4  # of one worker
GRACE_SECONDS = 20.0  # seconds beyond the slice
RESERVE_POLL_SECONDS = 1.0  # seconds, of the reserve hand while all others wait


class DeliveryPool:
    """Up to `most` hands, the caller's own thread among them, and, above one, a reserve.

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
        self._going = 0  # hands that still go on, the reserve left out
        self._has_ended = threading.Event()

    def work(self, seconds: float, first: int | None = None) -> tuple[int, bool]:
        """For about so long, or until nothing is due, the row `first` before all others. How many were
        tried; whether more may be due."""
        self._fill()
        if first is not None:
            others = [[pk for pk in rows if pk != first] for rows in self._list]
            self._list = deque([[first], *filter(None, others)])
        self._end = time.monotonic() + seconds  # after the look, however long it took
        helpers = [
            threading.Thread(target=self._help, name=f"delivery-{number}", daemon=True)
            for number in range(1, min(self._most, len(self._list)))
        ]
        reserve = threading.Thread(target=self._stand_by, name="delivery-reserve", daemon=True)
        self._going = len(helpers) + 1
        for helper in helpers:
            helper.start()
        if self._most > 1:
            reserve.start()
        try:
            self._go_on()
        finally:
            self._leave()
            for helper in helpers:
                helper.join()
            self._has_ended.set()
            if self._most > 1:
                reserve.join()
        return self._tried, bool(self._list) or self._tried > self._tried_before

    def _help(self) -> None:
        try:
            self._go_on()
        except Exception:  # the database is away, say; the rows are as they were
            logger.exception("a delivery thread")
        finally:
            self._leave()
            connection.close()

    def _stand_by(self) -> None:
        """The reserve: one more hand for as long as all others wait."""
        try:
            while not self._has_ended.wait(RESERVE_POLL_SECONDS):
                if self._do_all_wait():
                    self._go_on(look=True)
        except Exception:
            logger.exception("the reserve thread")
        finally:
            connection.close()

    def _leave(self) -> None:
        with self._lock:
            self._going -= 1

    def _do_all_wait(self) -> bool:
        """Whether each hand that still goes on has been at its row for a while."""
        long_ago = time.monotonic() - RESERVE_POLL_SECONDS
        began = list(self._began.values())
        return 0 < self._going <= sum(each < long_ago for each in began)

    def _go_on(self, *, look: bool = False) -> None:
        me = threading.get_ident()
        while rows := self._next(look=look):
            look = False
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

    def _next(self, *, look: bool) -> list[int]:
        """A link's rows; none where this hand has nothing more to do. `look`: see what is due by now."""
        with self._lock:
            if self._is_over():
                return []
            if not self._list and (look or self._tried > self._tried_before):
                self._fill()
            return self._list.popleft() if self._list else []

    def _is_over(self) -> bool:
        """Whether to stop: the slice has ended, and no hand waits for a request that it began before
        that, or GRACE_SECONDS have ended, too. At least one row is tried."""
        now = time.monotonic()
        if now < self._end or not self._tried:
            return False
        is_waited_for = any(began < self._end for began in list(self._began.values()))
        return not is_waited_for or now > self._end + GRACE_SECONDS

    def _fill(self) -> None:
        self._tried_before = self._tried
        self._list.extend(self._look())
