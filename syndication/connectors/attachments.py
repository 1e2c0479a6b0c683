"""Attachments of a friend's post: pictures, polls, quotes, boosts. Pure.

Stored apart from the text as a code and the author's own words, so that each reader sees the label
in their own language (syndication.models.feed_text).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from syndication.connectors import parsing
from syndication.connectors.values import Attachment

MAX_DESCRIPTION_LENGTH = 300  # characters of a description, a poll or a quoted text
MAX_ATTACHMENTS = 12  # of one post; Misskey allows 16 pictures
MAX_CHOICES = 20

_KINDS = {"image": "photo", "gifv": "video", "video": "video", "audio": "sound"}


def media_attachment(media_type: object, description: object = "") -> Attachment:
    """Return a picture, video or sound by its media type ("image/webp") or Mastodon's name for it."""
    family = parsing.parse_text(media_type).partition("/")[0]
    return Attachment(_KINDS.get(family, "file"), _short(description))


def photo_attachment(description: object = "") -> Attachment:
    return Attachment("photo", _short(description))


def poll_attachments(choices: Iterable[object]) -> Iterator[Attachment]:
    """Yield one poll, or nothing without choices."""
    said = [line for line in map(_short, choices) if line][:MAX_CHOICES]
    if said:
        yield Attachment("poll", _short(" / ".join(said)))


def quote_attachment(name: str, text: str) -> Attachment:
    """Return the post of another account that this post quotes."""
    return Attachment("quote", _short(f"{name}: {text}" if text else name))


def boost_attachment(name: str) -> Attachment:
    return Attachment("passed_on", _short(name))


def objects_in(value: object) -> list[dict[str, Any]]:
    """Return the JSON objects of a list, none where `value` is not a list."""
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)][:MAX_ATTACHMENTS]


def _short(value: object) -> str:
    line = parsing.parse_line(value)
    return (
        line
        if len(line) <= MAX_DESCRIPTION_LENGTH
        else line[: MAX_DESCRIPTION_LENGTH - 1].rstrip() + "…"
    )
