"""The sandbox's own time, which tests move forward instead of waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time plus what was added; or, given `frozen_at`, that instant plus what was added."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at
        self._added = timedelta()

    def now(self) -> datetime:
        """This instant in UTC."""
        return (self._frozen_at or datetime.now(UTC)) + self._added

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`."""
        self._added += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Take back what was added."""
        self._added = timedelta()
