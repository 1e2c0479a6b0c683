"""Connector for Orkut: activities for text, an album of ours for photos.

`activities.create` answers without an id, so the copy is looked up at once: two equal texts could
not be told apart later. There is no method that deletes an activity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from html import escape
from itertools import takewhile
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api_connector import ApiConnector
from syndication.connectors.base import (
    EVERYONE_ONLY,
    KINDS,
    Candidates,
    Friend,
    FriendPage,
    Limits,
    OutgoingPost,
    Photo,
    Preview,
    Receipt,
    RemoteFeedItem,
    RemotePost,
    SubjectKind,
    Terms,
)
from syndication.connectors.compose import TextComposer
from syndication.connectors.errors import ConnectorError, OutcomeUnknown, TryLater, Unsupported
from syndication.connectors.orkut import reading
from syndication.connectors.orkut.rpc import OrkutRpc
from syndication.connectors.paging import halved_counts, with_fewer_entries
from syndication.connectors.text import ELLIPSIS, cut, normalise

OURS = "Profile Link"
PAGE = 70  # of activities
PEOPLE = 100  # of a page of friends
MAX_PAGES = 60  # of one reading
TITLE = 100

# Undocumented limits are chosen small enough for what the vendor's own pages accepted.
_LIMITS: Mapping[SubjectKind, Limits] = {
    "status": Limits(text=140),
    "note": Limits(text=10_000, title=TITLE),
    "photo": Limits(text=140, photos=1, photo_bytes=2_000_000, photo_pixels=1600),
    "link": Limits(text=1_000),
}


class Orkut(ApiConnector[OrkutRpc]):
    """One account. Remote ids: `activity:<id>`, `photo:<album>/<id>`."""

    key = "orkut"
    name = "Orkut"
    api_class = OrkutRpc
    limits = _LIMITS
    audiences = dict.fromkeys(KINDS, EVERYONE_ONLY)
    can_delete = frozenset[SubjectKind]({"photo"})
    can_reconcile = frozenset[SubjectKind](KINDS)
    timeline_lags = True
    closed_in = "2014"

    @classmethod
    def composer(cls, terms: Terms | None) -> TextComposer:
        return replace(super().composer(terms), reads_names=False)  # it has no mentions

    @classmethod
    def compose(cls, post: OutgoingPost) -> tuple[Preview, tuple[Photo, ...]]:
        """Compose `post`. A note has a title; one without gets its first line."""
        if post.kind != "note":
            return super().compose(post)
        shown, photos = super().compose(replace(post, title="", text=post.text or post.title))
        title = " ".join((post.title or shown.text.split("\n", 1)[0]).split())
        if len(title) > TITLE:
            title = cut(title, TITLE - 1) + ELLIPSIS
        return replace(shown, title=title), photos

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. An activity interprets HTML tags, so a member's are escaped."""
        shown, photos = self.compose(post)
        if post.kind == "photo":
            if not photos:
                raise Unsupported(reasons.PHOTO_MISSING)
            return self._publish_photo(shown, photos[0])
        words = {"title": escape(shown.title or shown.text, quote=False)}
        if shown.title:
            words["body"] = escape(shown.text, quote=False)
        self.api.do("activities.create", userId="@viewer", appId="@app", activity=words)
        return self._found(shown)

    def retract(self, receipt: Receipt) -> None:
        kind, _, rest = receipt.remote_id.partition(":")
        album, _, ident = rest.partition("/")
        if kind != "photo":
            raise Unsupported(reasons.CANNOT_DELETE)
        if any(each.remote_id == receipt.remote_id for each in self._photos(album)):
            self.api.do("mediaItems.delete", albumId=album, mediaItemId=ident)

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        shown = self.preview(post)
        is_whole = True
        if post.kind == "photo":
            found = self._own_photos()
        else:
            everybodys = self._activities()
            found = list(self._own(everybodys))
            is_whole = len(everybodys) < PAGE or any(each.created_at < since for each in found)
        exact = [
            each for each in found if each.created_at >= int(since) and _reads_alike(each, shown)
        ]
        return Candidates(tuple(reversed(exact)), is_conclusive=is_whole)

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the friend list. `start` is an index: the page before it is read again, since friends who
        left the list meanwhile have moved the others."""
        index = max(0, int(start) - PEOPLE) if start.isdecimal() else 0
        for _ in range(MAX_PAGES):
            result = with_fewer_entries(halved_counts(PEOPLE), partial(self._friends_at, index))
            page = self.api.as_list(self.api.as_object(result).get("list"))
            index += len(page)
            total = result.get("totalResults")
            is_last = not page or (isinstance(total, int) and index >= total)
            people = filter(None, map(reading.parse_orkut_person, page))
            yield FriendPage(tuple(people), "" if is_last else str(index))
            if is_last:
                return

    def feed(self, *, since: str = "") -> Iterator[RemoteFeedItem]:
        """Yield friends' newest activities; ids have no order, so those listed above `since` are new."""
        people = {friend.uid: friend for friend in self.friends()}
        items = filter(
            None, (reading.parse_orkut_feed_item(each, people) for each in self._activities())
        )
        yield from reversed(list(takewhile(lambda each: each.remote_id != since, items)))

    def fetch_account(self) -> Any:
        return self._people("@self")

    def id_from_uid(self, uid: str) -> str:
        return reading.valid_orkut_id(uid)

    def parse_friend(self, entry: Any) -> Friend | None:
        return reading.parse_orkut_person(entry)

    def revoke(self) -> None:
        """Do nothing: Orkut's own pages named no request for it. Google Accounts revoked OAuth 1.0
        tokens (https://developers.google.com/accounts/docs/OAuth_ref); that service is closed, too."""

    def _found(self, shown: Preview) -> Receipt:
        """Find the newest activity with this text, posted a moment ago. Raises OutcomeUnknown."""
        try:
            for each in self._own(self._activities()):
                if _reads_alike(each, shown):
                    return Receipt(each.remote_id, url=each.url)
        except ConnectorError as error:
            raise OutcomeUnknown(reasons.NO_ANSWER, status=error.status) from error
        raise OutcomeUnknown(reasons.NO_ANSWER)

    def _publish_photo(self, shown: Preview, photo: Photo) -> Receipt:
        album = self._album()
        item = {"caption": shown.text, "mimeType": photo.content_type}
        result = self.api.upload_photo(photo, albumId=album, mediaItem=item)
        ident = self.api.created_id(result, reading.valid_orkut_id)
        return Receipt(f"photo:{album}/{ident}", url=parsing.valid_url(result.get("url")))

    def _album(self) -> str:
        """Return our album; create it where there is none. A retry may create a second one, harmlessly."""
        album = self._known_album()
        if album:
            return album
        try:
            made = self.api.do("albums.create", album={"title": OURS})
        except OutcomeUnknown as error:
            raise TryLater(error.reason, status=error.status) from error
        return self.api.created_id(made, reading.valid_orkut_id, is_write=False)

    def _known_album(self) -> str:
        for each in parsing.list_at(self.api.ask("albums.get"), "list") or []:
            if isinstance(each, dict) and each.get("title") == OURS:
                return reading.valid_orkut_id(each.get("id"))
        return ""

    def _own_photos(self) -> list[RemotePost]:
        album = self._known_album()
        return self._photos(album) if album else []

    def _photos(self, album: str) -> list[RemotePost]:
        found = parsing.list_at(self.api.ask("mediaItems.get", albumId=album), "list") or []
        photos = [
            photo for photo in (reading.parse_orkut_photo(each, album) for each in found) if photo
        ]
        return sorted(photos, key=lambda each: each.created_at, reverse=True)

    def _own(self, activities: list[Any]) -> Iterator[RemotePost]:
        me = self.own_id()
        for entry in activities:
            if isinstance(entry, dict) and reading.valid_orkut_id(entry.get("userId")) == me:
                told = reading.parse_orkut_activity(entry)
                if told:
                    yield told

    def _activities(self) -> list[Any]:
        """Return all activities that the member sees, newest first."""
        of_all = {"groupId": "@all", "coalesce": True}
        result = with_fewer_entries(
            halved_counts(PAGE),
            lambda count: self.api.ask("activities.get", **of_all, count=count),
        )
        return self.api.as_list(self.api.as_object(result).get("list"))

    def _friends_at(self, index: int, count: int) -> Any:
        return self._people("@friends", startIndex=index, count=count)

    def _people(self, group: str, **paging: int) -> Any:
        fields = ["name", "thumbnailUrl", "profileUrl"]
        return self.api.ask("people.get", groupId=group, fields=fields, **paging)


def _reads_alike(entry: RemotePost, shown: Preview) -> bool:
    """Whether `entry` could be the copy of `shown`, by text and title."""
    is_named = not shown.title or normalise(entry.title) == normalise(shown.title)
    return is_named and normalise(entry.text) == normalise(shown.text)
