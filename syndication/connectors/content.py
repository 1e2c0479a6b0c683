"""Fields of a post's content, defined once: forms, rows, edits, deliveries, admin and export iterate over them.

To add an option:

1. A field here; a column of that name in models/post.py and in models/draft.py, their migration, its sentences in
   the locale. Content is text: a box is "" or "yes".
2. A field in forms/post_text.py, and its place in the templates: `_post_fields` (typing), `_post_words`,
   `_post_line`, `_post_in_feed` (reading), `post_preview` and `_reads_there` (the preview), export/page_post.
3. `connectors/compose.py`, and the composers that networks have of their own (mixi), say how it reads where a
   network has no such field; `<network>/` maps it where there is one, and the sandbox plays it.
4. `delivery/mentions.py` where it may name people; `models/interaction.py` where replies have it, too.
5. Where fields are listed by hand: drafts in export/parts.py, the labels that staff read in queries/cases.py.

Actions, edits, deliveries, admin and the posts of the export iterate over the fields and need nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


def _words(longest: int, *, is_typed: bool = True) -> Any:
    return field(default="", metadata={"longest": longest, "is_typed": is_typed})


@dataclass(frozen=True, kw_only=True)
class PostContent:
    """The member's own words in one post; the kind decides which fields are filled."""

    title: str = _words(100)
    text: str = _words(10_000)
    url: str = _words(1000)
    url_title: str = _words(200, is_typed=False)  # what the page at `url` calls itself
    photo_alt: str = _words(400)  # description of the first photo for those who cannot see it
    photo_alt_2: str = _words(400)
    photo_alt_3: str = _words(400)
    photo_alt_4: str = _words(400)
    warning: str = _words(100)  # content warning, shown before the rest
    language: str = _words(35)  # of the words (BCP 47), "" where the member says none


CONTENT = tuple(each.name for each in fields(PostContent))
TYPED = tuple(each.name for each in fields(PostContent) if each.metadata["is_typed"])
PHOTO_ALTS = (
    "photo_alt",
    "photo_alt_2",
    "photo_alt_3",
    "photo_alt_4",
)  # in the order of the photos
MAX_PHOTOS = len(PHOTO_ALTS)
LONGEST: dict[str, int] = {each.name: each.metadata["longest"] for each in fields(PostContent)}


def content_of(source: object) -> dict[str, Any]:
    """Return the content fields of a post, a draft or an outgoing post as a dict."""
    return {name: getattr(source, name) for name in CONTENT}
