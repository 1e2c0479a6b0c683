"""The error of the pre-send check."""

from __future__ import annotations

from datetime import datetime


class PreSendCheckFailed(Exception):
    """The request must not be sent: the delivery gets `state`, and `due_at` where it only has to wait."""

    def __init__(self, state: str, reason: str, *, due_at: datetime | None = None) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason
        self.due_at = due_at  # when it may, where it only has to wait
