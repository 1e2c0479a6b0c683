"""Counting at the network: its own list of copies is compared with what members wrote.

Networks take a post apart differently, so each carries a mark in its words, which stays when they are
edited: "status その7", "同じことば note" or the address of a link. An edit adds "改1" and so on. Two
posts of one member with the same mark are two copies. Our tables are not asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[str, str]  # member, mark

_MARK = re.compile(r"https://example\.org/\w+|\w+ その\d+|同じことば \w+", re.ASCII)
_EDIT = re.compile(r"改(\d+)")


@dataclass(frozen=True)
class Written:
    """One post of the drill. `is_told`: deleted, and its member was notified that a copy still exists.

    `edits`: how often it was edited where copies can be changed.
    """

    user: str
    words: str
    is_deleted: bool = False
    is_told: bool = False
    edits: int = 0
    kind: str = ""
    photos: int = 0  # as many as the network takes of it

    @property
    def key(self) -> Key:
        return (self.user, self.words)


@dataclass(frozen=True)
class Copy:
    user: str
    words: str
    is_deleted: bool
    edits: int = 0
    id: str = ""
    photos: tuple[Any, ...] = ()  # as the network shows them

    @property
    def key(self) -> Key:
        return (self.user, self.words)


def identifying_mark(*texts: str) -> str:
    """Return the mark in a post's texts, else the texts themselves."""
    text = " ".join(texts).strip()
    found = _MARK.search(text)
    return found[0] if found else text


def edit_number(*texts: str) -> int:
    """Return the number of the edit, 0 for the original."""
    return max(map(int, _EDIT.findall(" ".join(texts))), default=0)


def copies_received(received: dict[str, Any], kinds: Iterable[str] = ()) -> list[Copy]:
    """Return the copies in a network's `_received`, in its lists `kinds` (all of them by default)."""
    lists = list(kinds) or ["statuses", "comments", "diaries", "photos"]
    found = []
    for each in (entry for name in lists for entry in received.get(name, [])):
        texts = [str(each.get(name) or "") for name in ("title", "text", "body")]
        found.append(
            Copy(
                each["user"],
                identifying_mark(*texts),
                each["deleted"],
                edit_number(*texts),
                str(each.get("id")),
                # A photo of mixi's is what it shows itself.
                tuple(each.get("photos") or ([each] if "bytes" in each else ())),
            )
        )
    return found


def words_of_photo(place: int) -> str:
    """What is said of the photo at `place`, from 1. It is also larger than those before it."""
    return f"{place}枚目"


def count_photo_faults(written: Iterable[Written], found: Iterable[Copy]) -> dict[str, int]:
    """`misplaced`: copies that stand without all photos of their posts, each with its words, in order.

    Networks that show no words, or no sizes, are compared by what they show.
    """
    wanted = {each.key: each.photos for each in written}
    standing = [each for each in found if not each.is_deleted and each.key in wanted]
    return {"misplaced": sum(not _shows(each.photos, wanted[each.key]) for each in standing)}


def _shows(photos: Sequence[Any], count: int) -> bool:
    shown = [photo for photo in photos if isinstance(photo, dict)]
    words = [photo["alt"] for photo in shown if photo.get("alt")]
    sizes = [photo["bytes"] for photo in shown if "bytes" in photo]
    are_named = not words or words == [words_of_photo(place) for place in range(1, count + 1)]
    return len(photos) == count and are_named and sizes == sorted(set(sizes))


def count_faults(written: Iterable[Written], found: Iterable[Copy]) -> dict[str, int]:
    """`missing`, `doubled` (a copy that was taken back counts too), `left_behind`, and `stale`: with
    other words than the last."""
    posts, found = list(written), list(found)
    ever = Counter(each.key for each in found)
    standing = Counter(each.key for each in found if not each.is_deleted)
    wrote = Counter(each.key for each in posts)
    wanted = Counter(each.key for each in posts if not each.is_deleted)
    told = Counter(each.key for each in posts if each.is_deleted and each.is_told)
    edited = {each.key: each.edits for each in posts if each.edits and not each.is_deleted}
    missing = wanted - standing
    doubled = ever - wrote
    left_behind = standing - wanted - told - doubled
    return {
        "missing": missing.total(),
        "doubled": doubled.total(),
        "left_behind": left_behind.total(),
        "stale": sum(
            not each.is_deleted and each.edits != edited.get(each.key, each.edits) for each in found
        ),
    }
