"""The newest DPoP nonce of each server, for all accounts of a process (RFC 9449, section 8).

A connector lives for one delivery. With nonces of its own, its first request to each server was sent
without one, refused and sent again: a third of all requests to a PDS.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST = 1000  # origins; members name servers
LONGEST = 500  # characters


class NonceCache:
    """By origin. Forgets the origin that was used longest ago."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, str] = OrderedDict()

    def newest(self, origin: str) -> str:
        """The one to sign along, "" where none is known."""
        with self._lock:
            return self._known.get(origin, "")

    def keep(self, origin: str, nonce: str) -> None:
        """What an answer of `origin` handed out."""
        if not nonce or len(nonce) > LONGEST:
            return
        with self._lock:
            self._known[origin] = nonce
            self._known.move_to_end(origin)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


PROCESS_NONCES = NonceCache()
