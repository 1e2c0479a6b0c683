"""Ticked friends as one hidden field: the keys of friendships. Who left and came back is ticked no more."""

from __future__ import annotations

import re
from collections.abc import Collection

MAX_TICKS = 5000

_KEY = re.compile(r"(?<!\S)[0-9]{1,18}(?!\S)", re.ASCII)


def ticks_in(text: str) -> frozenset[int]:
    """The friendships that the field carries; what is no key is left out."""
    return frozenset(int(key) for key in _KEY.findall(text)[:MAX_TICKS])


def ticks_as_text(friendships: Collection[int]) -> str:
    return " ".join(str(key) for key in sorted(friendships))
