"""Bulkheads: limits on the web threads that wait at a time for a server, a picture or a password's hash.

A web process has a few threads. Twenty members, or one with twenty windows, who name a server that takes
connections and says nothing would hold all of them, and the site would answer nobody. So such a request
needs room in a bulkhead that is smaller than the process; where there is none, or somebody waits for that
very server already, the member is told so at once and keeps what was typed.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class BulkheadFull(Exception):
    """The bulkhead, or its share for this host, has no place left."""


class Bulkhead:
    """Places for `most` waiting threads of this process, `per_host` of them for one host."""

    def __init__(self, *, most: float = math.inf, per_host: int = 1) -> None:
        self._most = most
        self._per_host = per_host
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()

    @contextmanager
    def hold_place(self, host: str) -> Iterator[None]:
        """Hold a place while a server is asked. Raises BulkheadFull instead of waiting."""
        with self.places() as take:
            if not take(host):
                raise BulkheadFull
            yield

    @contextmanager
    def places(self) -> Iterator[Callable[[str], bool]]:
        """Yield a function that takes a place for a host, or returns False, for callers that learn
        the host late. All places are freed at the end.
        """
        taken: list[str] = []

        def take(host: str) -> bool:
            with self._lock:
                if self._waiting.total() >= self._most or self._waiting[host] >= self._per_host:
                    return False
                self._waiting[host] += 1
            taken.append(host)
            return True

        try:
            yield take
        finally:
            with self._lock:
                self._waiting.subtract(taken)


# One picture is unpacked at a time (accounts.media.picture_decoding); two more uploads may wait for that.
UPLOAD_BULKHEAD = Bulkhead(most=3, per_host=3)

# A log-in hashes the password, a quarter of a second of processor. `host` is the visitor's network here: guesses from one
# leave room for log-ins from others.
PASSWORD_BULKHEAD = Bulkhead(most=4, per_host=2)

# Together with the titles of pages (syndication.actions.link_titles) fewer than the threads of one process.
LINK_START_BULKHEAD = Bulkhead(most=3)
LINK_RETURN_BULKHEAD = Bulkhead(most=2, per_host=2)
