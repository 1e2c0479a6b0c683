"""Uploads that no post uses yet, remembered so that a retry does not upload them again.

An upload without a post would stay on the network as an orphan: Mastodon deletes those after a day,
others never. The caller stores what `keep` receives and passes it in again at the next try. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from syndication.connectors.base import Photo, Uploads
from syndication.connectors.errors import Rejected

UNKNOWN_UPLOAD = frozenset({400, 404, 422})  # how networks refuse a post that names one

Sent = TypeVar("Sent")


class KeptUploads(Uploads):
    """Uploads of earlier tries (`kept`), by the pictures' fingerprints; `keep` receives each change."""

    def __init__(
        self, kept: Mapping[str, Any], keep: Callable[[str, Any], None], forget: Callable[[], None]
    ) -> None:
        self._kept = dict(kept)
        self._keep = keep
        self._forget = forget
        self.was_used = False

    def get(self, photo: Photo) -> Any:
        found = self._kept.get(photo_fingerprint(photo))
        self.was_used = self.was_used or found is not None
        return found

    def put(self, photo: Photo, value: Any) -> None:
        self._kept[photo_fingerprint(photo)] = value
        self._keep(photo_fingerprint(photo), value)

    def clear(self) -> None:
        self._kept.clear()
        self._forget()
        self.was_used = False


def photo_fingerprint(photo: Photo) -> str:
    """Return a hash of a picture and its description: both are uploaded."""
    parts = (photo.content, photo.content_type.encode(), photo.alt.encode(errors="replace"))
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def post_with_uploads(uploads: Uploads, send: Callable[[], Sent]) -> Sent:
    """Call `send`, which uploads what is missing and posts; call it again with new uploads where a post
    with a remembered one was refused: the network may have deleted it."""
    try:
        return send()
    except Rejected as error:
        may_be_unknown = type(error) is Rejected and error.status in UNKNOWN_UPLOAD
        if not uploads.was_used or not may_be_unknown:
            raise
    uploads.clear()
    return send()
