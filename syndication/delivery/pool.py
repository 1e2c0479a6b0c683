"""The thread pool of a worker: several deliveries at a time, since most of each is waiting for a network.

Each thread has its own database connection, and keeps it from slice to slice. They share one queue of due
deliveries; a thread takes all rows of one link, since a link has one request in flight, and refills the queue
when it is empty.

A worker runs for a slice of time. If the slice ends while a thread still waits for a silent host, the
other threads go on (for GRACE_SECONDS at most): such a host costs the worker one thread, not all.

While all threads are blocked, a reserve thread looks every second for what became due. The delivery
that a wake-up names is put into the queue for the same reason: by itself it could block the worker.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from django.conf import settings

from syndication.delivery.threads import LingeringThreads

THREADS_PER_WORKER: int = settings.QUEUE_THREADS  # deliveries under way at a time
GRACE_SECONDS = 20.0  # seconds beyond the slice
RESERVE_POLL_SECONDS = 1.0  # seconds between two polls of the reserve thread
# Of this process: while there is work, one slice follows the other.
_threads = LingeringThreads(linger=2.0)


class DeliveryPool:
    """A pool of up to `most` threads, the caller's included, and above one also a reserve thread.

    `look` returns the keys of due deliveries, a list for each link; `take` attempts one delivery and
    returns whether it did.
    """

    def __init__(
        self, look: Callable[[], list[list[int]]], take: Callable[[int], bool], *, most: int
    ) -> None:
        self._look = look
        self._take = take
        self._most = most
        self._lock = threading.Lock()
        self._list: deque[list[int]] = deque()
        self._began: dict[int, float] = {}  # thread -> when it began its present row
        self._tried = 0
        self._tried_before = -1  # `_tried` at the last refill
        self._end = 0.0
        self._going = 0  # running threads without the reserve
        self._are_ready = threading.Event()  # no thread but the reserve runs
        self._has_ended = threading.Event()
        self._reserve_ended = threading.Event()

    def work(self, seconds: float, first: int | None = None) -> tuple[int, bool]:
        """Work for about `seconds`, or until nothing is due, starting with the delivery `first`.

        Return the number of attempts, and whether more may be due.
        """
        self._refill()
        if first is not None:
            others = [[pk for pk in rows if pk != first] for rows in self._list]
            self._list = deque([[first], *filter(None, others)])
        self._end = time.monotonic() + seconds  # after the first query, however long it took
        helpers = max(0, min(self._most, len(self._list)) - 1)
        self._going = helpers + 1
        for _ in range(helpers):
            _threads.start(self._run_thread)
        if self._most > 1:
            _threads.start(self._run_reserve)
        try:
            self._work_through()
        finally:
            self._thread_ended()
            self._are_ready.wait()
            self._has_ended.set()
            if self._most > 1:
                self._reserve_ended.wait()
        return self._tried, bool(self._list) or self._tried > self._tried_before

    def _run_thread(self) -> None:
        try:
            self._work_through()
        finally:
            self._thread_ended()

    def _run_reserve(self) -> None:
        """The reserve thread: works only while all others are blocked."""
        try:
            while not self._has_ended.wait(RESERVE_POLL_SECONDS):
                if self._are_all_blocked():
                    self._work_through(look=True)
        finally:
            self._reserve_ended.set()

    def _thread_ended(self) -> None:
        with self._lock:
            self._going -= 1
            if not self._going:
                self._are_ready.set()

    def _are_all_blocked(self) -> bool:
        """Whether every running thread has been at its row for RESERVE_POLL_SECONDS."""
        long_ago = time.monotonic() - RESERVE_POLL_SECONDS
        began = list(self._began.values())
        return 0 < self._going <= sum(each < long_ago for each in began)

    def _work_through(self, *, look: bool = False) -> None:
        me = threading.get_ident()
        while rows := self._next_rows(look=look):
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
                    break  # another worker has the link, or the time is up

    def _next_rows(self, *, look: bool) -> list[int]:
        """The rows of the next link, [] to stop. `look` refills an empty queue in any case."""
        with self._lock:
            if self._is_over():
                return []
            if not self._list and (look or self._tried > self._tried_before):
                self._refill()
            return self._list.popleft() if self._list else []

    def _is_over(self) -> bool:
        """Whether to stop: the slice has ended, and no thread is at a row begun before that, or
        GRACE_SECONDS are over, too. At least one row is attempted."""
        now = time.monotonic()
        if now < self._end or not self._tried:
            return False
        is_waited_for = any(began < self._end for began in list(self._began.values()))
        return not is_waited_for or now > self._end + GRACE_SECONDS

    def _refill(self) -> None:
        self._tried_before = self._tried
        self._list.extend(self._look())
