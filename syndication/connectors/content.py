"""What a member says in a post, listed once: forms, rows, edits, deliveries, admin and export iterate over it.

To add an option (a content warning, say): a field here, a column of that name in models/post.py with
its migration, a field in PostTextForm, its place in the templates, and what it becomes on the wire of
each network that has such a thing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


def _words(longest: int, *, is_typed: bool = True) -> Any:
    return field(default="", metadata={"longest": longest, "is_typed": is_typed})


@dataclass(frozen=True, kw_only=True)
class PostContent:
    """The member's own words in one post; which of them there are depends on its kind."""

    title: str = _words(100)
    text: str = _words(10_000)
    url: str = _words(1000)
    url_title: str = _words(200, is_typed=False)  # what the page at `url` calls itself
    photo_alt: str = _words(400)  # what the photo shows, for who cannot see it


CONTENT = tuple(each.name for each in fields(PostContent))
TYPED = tuple(each.name for each in fields(PostContent) if each.metadata["is_typed"])
LONGEST: dict[str, int] = {each.name: each.metadata["longest"] for each in fields(PostContent)}


def content_of(source: object) -> dict[str, Any]:
    """The content that a post, a draft or an outgoing post holds, by field."""
    return {name: getattr(source, name) for name in CONTENT}
