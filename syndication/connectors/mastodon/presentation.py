"""Content warning and language of a status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndication.connectors import parsing
from syndication.connectors.base import OutgoingPost, Preview


def presentation(shown: Preview, post: OutgoingPost) -> dict[str, object]:
    """Return the fields of a request. An edit drops what it does not repeat."""
    warned = {"spoiler_text": shown.warning, "sensitive": True} if shown.warning else {}
    return {**warned, **({"language": post.language} if post.language else {})}


def is_presented(standing: Mapping[str, Any], shown: Preview, post: OutgoingPost) -> bool:
    """Whether the status has that content warning and that language already."""
    return is_warned(standing, shown) and post.language in ("", standing.get("language"))


def is_warned(standing: Mapping[str, Any], shown: Preview) -> bool:
    """Whether the status has that content warning already."""
    return parsing.parse_line(standing.get("spoiler_text")) == shown.warning
