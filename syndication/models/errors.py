"""Why an action was refused. The text is for the member who asked."""

from __future__ import annotations

from typing import Any


class NotYours(Exception):
    """What was to be changed belongs to somebody else."""

    def __init__(self, thing: Any) -> None:
        super().__init__(f"{thing!s} is not theirs")
        self.thing = thing


class NotNow(Exception):
    """It cannot be done as things stand; the code `reason` says why and what to do instead."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
