"""Exceptions of actions that are refused. NotNow holds a code, whose sentence is for the member."""

from __future__ import annotations

from typing import Any

from accounts.models import Member


class NotYours(Exception):
    """The object belongs to another member."""

    def __init__(self, thing: Any) -> None:
        super().__init__(f"{thing!s} is not theirs")
        self.thing = thing


def require_owner(thing: Any, owner: int, *, by: Member) -> None:
    """Require that `by` has the key `owner`, which is that of whoever `thing` belongs to. Raises NotYours."""
    if owner != by.pk:
        raise NotYours(thing)


class NotNow(Exception):
    """The action is impossible in the present state; the code `reason` says why and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
