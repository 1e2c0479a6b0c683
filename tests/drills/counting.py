"""Counting at the network: what its own list of copies says against what members wrote.

Two posts of one member with the same words are two copies, so whatever is counted is counted by
member, kind and words. Our tables are not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Key = tuple[str, str, str]  # member, kind, words


@dataclass(frozen=True)
class Written:
    """One post of the drill. `is_told`: deleted, and its member knows that a copy still stands."""

    user: str
    kind: str
    words: str
    is_deleted: bool = False
    is_told: bool = False

    @property
    def key(self) -> Key:
        return (self.user, self.kind, self.words)


@dataclass(frozen=True)
class Copy:
    user: str
    kind: str
    words: str
    is_deleted: bool

    @property
    def key(self) -> Key:
        return (self.user, self.kind, self.words)


def copies(received: dict[str, Any]) -> list[Copy]:
    """The copies in a network's `_received`."""
    fields = (
        ("statuses", "status", "text"),
        ("diaries", "note", "title"),
        ("photos", "photo", "title"),
    )
    return [
        Copy(each["user"], kind, each[words], each["deleted"])
        for name, kind, words in fields
        for each in received[name]
    ]


def counted(written: Iterable[Written], found: Iterable[Copy]) -> dict[str, int]:
    """`missing`, `doubled` (a copy that was taken back counts too) and `left_behind`."""
    posts, found = list(written), list(found)
    ever = Counter(each.key for each in found)
    standing = Counter(each.key for each in found if not each.is_deleted)
    wrote = Counter(each.key for each in posts)
    wanted = Counter(each.key for each in posts if not each.is_deleted)
    told = Counter(each.key for each in posts if each.is_deleted and each.is_told)
    missing = wanted - standing
    doubled = ever - wrote
    left_behind = standing - wanted - told - doubled
    return {
        "missing": missing.total(),
        "doubled": doubled.total(),
        "left_behind": left_behind.total(),
    }
