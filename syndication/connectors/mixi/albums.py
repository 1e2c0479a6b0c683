"""Photo albums on mixi: the default public album, or one of ours that only friends see.

Visibility belongs to an album, not to a picture, and "friends" is documented only for creating
albums. So a picture for friends goes into an album created for friends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syndication.connectors.api import MEDIA_DEADLINE, quote_segment
from syndication.connectors.base import Photo, RemotePost, WireAudience
from syndication.connectors.errors import OutcomeUnknown, TryLater
from syndication.connectors.mixi import reading
from syndication.connectors.mixi.graph import PAGE, MixiGraph

EVERYONES = "@default"
OURS = "Profile Link"
PATH = "/photo/albums/@me/@self"
ITEMS = "/photo/mediaItems/@me/@self"


class MixiAlbums:
    """The albums of one account."""

    def __init__(self, graph: MixiGraph) -> None:
        self._graph = graph

    def add(self, photo: Photo, *, title: str, audience: WireAudience) -> str:
        """Upload `photo` to the album for `audience`. Return the item as `<album>/<id>`."""
        album = self._found(audience) or self._made(audience)
        answer = self._graph.write(
            "POST",
            f"{ITEMS}/{quote_segment(album)}",
            params={"title": title} if title else None,
            data=photo.content,
            headers={"Content-Type": photo.content_type},
            deadline=MEDIA_DEADLINE,
        )
        return f"{album}/{self._graph.created_id(answer)}"

    def remove(self, item: str) -> None:
        """Delete the item `<album>/<id>`."""
        album, _, remote_id = item.partition("/")
        self._graph.remove("DELETE", f"{ITEMS}/{quote_segment(album)}/{quote_segment(remote_id)}")

    def items(self, audience: WireAudience) -> Iterator[RemotePost]:
        """Yield the items of the album for `audience`."""
        album = self._found(audience)
        if not album:
            return
        for entry in self._graph.paged(f"{ITEMS}/{quote_segment(album)}"):
            item = reading.parse_mixi_photo(entry, album)
            if item is not None:
                yield item

    def newest(self, audience: WireAudience) -> Iterator[tuple[RemotePost, Any]]:
        """Yield, with their entries, the newest items of the album for `audience`, in at most three requests.

        No page says which end of the list is the newest, so the first and the last page are read.
        """
        album = self._found(audience)
        if not album:
            return
        path = f"{ITEMS}/{quote_segment(album)}"
        entries, following = next(self._graph.pages(path))
        if following:
            last = self._graph.total(path) - PAGE
            entries = [*entries, *next(self._graph.pages(path, start=max(last, following)))[0]]
        for entry in entries:
            item = reading.parse_mixi_photo(entry, album)
            if item is not None:
                yield item, entry

    def _found(self, audience: WireAudience) -> str:
        """Return the album for `audience`, "" where it has to be created.

        Looked up each time: the member may have opened the album to everyone since.
        """
        if audience == "everyone":
            return EVERYONES
        for album in self._graph.paged(PATH):
            is_ours = isinstance(album, dict) and album.get("title") == OURS
            if is_ours and reading.album_visibility(album) == audience:
                return reading.valid_mixi_id(album.get("id"))
        return ""

    def _made(self, audience: WireAudience) -> str:
        """Create an album. A lost answer does no harm: the post was not sent, and the next try finds it."""
        form = {"title": OURS, "description": "", "visibility": audience}
        try:
            return self._graph.created_id(self._graph.write("POST", PATH, data=form))
        except OutcomeUnknown as error:
            raise TryLater(error.reason, status=error.status, excerpt=error.excerpt) from error
