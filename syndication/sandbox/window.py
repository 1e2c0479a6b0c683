"""How often somebody did something in the last so many seconds."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta


class SlidingWindow:
    """Counts by name, in a window that moves along."""

    def __init__(self, now: Callable[[], datetime], seconds: int) -> None:
        self._now = now
        self._span = timedelta(seconds=seconds)
        self._seen: dict[str, deque[datetime]] = defaultdict(deque)

    def takes(self, who: str, limit: int) -> bool:
        """Count one more, where `limit` has room for it; what is refused does not count."""
        seen, now = self._seen[who], self._now()
        while seen and seen[0] <= now - self._span:
            seen.popleft()
        has_room = len(seen) < limit
        if has_room:
            seen.append(now)
        return has_room

    def left(self, who: str, limit: int) -> int:
        """How many more there is room for."""
        return max(limit - len(self._seen[who]), 0)

    def ends(self, who: str) -> datetime:
        """When the oldest falls out."""
        seen = self._seen[who]
        return (seen[0] if seen else self._now()) + self._span
