"""Uploads to Mastodon: a picture gets an id first, which statuses name."""

from __future__ import annotations

from typing import Any

from syndication.connectors import reasons
from syndication.connectors.api import quote_segment
from syndication.connectors.api_connector import form_file
from syndication.connectors.base import Photo
from syndication.connectors.errors import TryLater
from syndication.connectors.mastodon.interactions import MastodonInteractions

POLLS = 10  # how often a picture's state is polled
POLL_EVERY = 1.0  # seconds


class MastodonUploads(MastodonInteractions):
    """The part of the connector that uploads pictures."""

    def upload(self, photo: Photo) -> str:
        """Return the id of a picture, uploaded now or by an earlier try, once it is ready (202, then 206
        while it is processed)."""
        kept = self.uploads.get(photo) or self._handed_over(photo)
        if not kept["is_ready"]:
            self._wait_for(kept["id"])
            self.uploads.put(photo, {**kept, "is_ready": True})
        return str(kept["id"])

    def _handed_over(self, photo: Photo) -> dict[str, Any]:
        answer = self.api.upload(
            "POST",
            "/api/v2/media",
            files=[("file", form_file(photo))],
            data={"description": photo.alt} if photo.alt else {},
        )
        ident = self.api.created_id(answer, is_write=False)
        kept = {"id": ident, "is_ready": bool(answer.get("url"))}
        self.uploads.put(photo, kept)
        return kept

    def _wait_for(self, ident: str) -> None:
        for _ in range(POLLS):
            self.pause(POLL_EVERY)
            if self.api.read_pending(f"/api/v1/media/{quote_segment(ident)}").get("url"):
                return
        raise TryLater(reasons.PHOTO_IN_WORK, after=60)
