"""What a friend's post holds beside its words: pictures, polls, quotes, who passed it on. Pure.

Kept apart from the text, as a code and the words of whoever wrote them, so that each reader gets the
label in their own language (syndication.models.feed_text).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from syndication.connectors import parsing
from syndication.connectors.values import Attached

LONGEST = 300  # characters of a description, a poll or a quoted text
MOST = 12  # of one post; Misskey allows 16 pictures
MOST_CHOICES = 20

_KINDS = {"image": "photo", "gifv": "video", "video": "video", "audio": "sound"}


def media(kind: object, description: object = "") -> Attached:
    """A picture, film or sound by its media type ("image/webp") or by Mastodon's word for it."""
    family = parsing.parse_text(kind).partition("/")[0]
    return Attached(_KINDS.get(family, "file"), _short(description))


def photo(description: object = "") -> Attached:
    return Attached("photo", _short(description))


def poll(choices: Iterable[object]) -> Iterator[Attached]:
    """One poll, or nothing without choices."""
    said = [line for line in map(_short, choices) if line][:MOST_CHOICES]
    if said:
        yield Attached("poll", _short(" / ".join(said)))


def quote(name: str, text: str) -> Attached:
    """Somebody else's post that this one answers in public."""
    return Attached("quote", _short(f"{name}: {text}" if text else name))


def passed_on(name: str) -> Attached:
    return Attached("passed_on", _short(name))


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)][:MOST]


def dict_in(entry: Any, name: str) -> dict[str, Any]:
    """The object under `name`, empty where there is none."""
    found = entry.get(name) if isinstance(entry, dict) else None
    return found if isinstance(found, dict) else {}


def listed(entry: object, name: str) -> object:
    return entry.get(name) if isinstance(entry, dict) else None


def _short(value: object) -> str:
    line = parsing.parse_line(value)
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
