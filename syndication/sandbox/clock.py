"""Sandbox clock, which tests advance instead of waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time, or the instant `frozen_at`, plus the seconds advanced."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at
        self._added = timedelta()

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return (self._frozen_at or datetime.now(UTC)) + self._added

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`."""
        self._added += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Undo all advances."""
        self._added = timedelta()
