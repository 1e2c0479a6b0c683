"""Sliding-window rate limiter."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta


class SlidingWindow:
    """Counts by name within the last `seconds`."""

    def __init__(self, now: Callable[[], datetime], seconds: int) -> None:
        self._now = now
        self._span = timedelta(seconds=seconds)
        self._seen: dict[str, deque[datetime]] = defaultdict(deque)

    def takes(self, who: str, limit: int) -> bool:
        """Count one more where `limit` allows; a refused one does not count."""
        seen, now = self._seen[who], self._now()
        while seen and seen[0] <= now - self._span:
            seen.popleft()
        has_room = len(seen) < limit
        if has_room:
            seen.append(now)
        return has_room

    def left(self, who: str, limit: int) -> int:
        """Return how many more are allowed."""
        return max(limit - len(self._seen[who]), 0)

    def ends(self, who: str) -> datetime:
        """Return when the oldest leaves the window."""
        seen = self._seen[who]
        return (seen[0] if seen else self._now()) + self._span
