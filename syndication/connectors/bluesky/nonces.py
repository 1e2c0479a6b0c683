"""The newest DPoP nonce of each server, for all accounts of a process (RFC 9449, section 8).

A connector lives for one delivery. Without this cache its first request to each server was sent without a
nonce, refused and repeated: a third of all requests to a PDS.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST = 1000  # origins; members name servers
LONGEST = 500  # characters


class NonceCache:
    """Nonces by origin. Evicts the least recently used origin."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, str] = OrderedDict()

    def newest(self, origin: str) -> str:
        """Return the newest nonce of `origin`, "" where none is known."""
        with self._lock:
            return self._known.get(origin, "")

    def keep(self, origin: str, nonce: str) -> None:
        """Store the nonce from an answer of `origin`."""
        if not nonce or len(nonce) > LONGEST:
            return
        with self._lock:
            self._known[origin] = nonce
            self._known.move_to_end(origin)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


PROCESS_NONCES = NonceCache()
