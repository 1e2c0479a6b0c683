"""Connector for GNU social: statuses through the Twitter API of 2010."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api import MEDIA_DEADLINE, quote_segment
from syndication.connectors.base import (
    EVERYONE_ONLY,
    KINDS,
    Friend,
    FriendPage,
    Limits,
    OutgoingPost,
    Photo,
    Preview,
    Receipt,
    RemoteFeedItem,
    RemotePost,
    ReplyTarget,
    SubjectKind,
    Terms,
)
from syndication.connectors.compose import TextComposer
from syndication.connectors.duplicates import DuplicateRejected, check_own_duplicate
from syndication.connectors.errors import Rejected, Unsupported
from syndication.connectors.gnusocial import reading
from syndication.connectors.gnusocial.api import MAX_PAGES, PAGE, GnusocialApi
from syndication.connectors.gnusocial.commands import is_command
from syndication.connectors.gnusocial.interactions import GnusocialInteractions
from syndication.connectors.paging import halved_counts, with_fewer_entries
from syndication.connectors.text import comparable_core

PAGE_SIZES = (100, 50, 25, 5, 1)
WITHOUT_LIMIT = 10_000  # characters, where a server says that it has none

ALL: tuple[SubjectKind, ...] = (*KINDS, "reply")
_USUAL = Limits(text=140, photos=1, photo_bytes=5_000_000)


class GnusocialComposer(TextComposer):
    """Composer that refuses what the server would carry out instead of posting it."""

    def compose(self, post: OutgoingPost) -> tuple[Preview, tuple[Photo, ...]]:
        shown, photos = super().compose(post)
        if is_command(shown.text):
            raise Unsupported(reasons.READ_AS_COMMAND)
        return shown, photos


class Gnusocial(GnusocialInteractions):
    """One account on one server. Remote ids are the server's ids of statuses."""

    key = "gnusocial"
    name = "GNU social"
    api_class = GnusocialApi
    has_local_ids = True
    limits = dict.fromkeys(ALL, _USUAL)
    audiences = dict.fromkeys(ALL, EVERYONE_ONLY)
    can_delete = frozenset[SubjectKind](ALL)
    can_reconcile = frozenset[SubjectKind](ALL)
    brings_replies = frozenset[SubjectKind](ALL)
    permissions_page = "/settings/oauthconnections"

    @classmethod
    def composer(cls, terms: Terms | None) -> TextComposer:
        usual = super().composer(terms)
        return GnusocialComposer(usual.limits, usual.audiences, reads_dots=False)

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`, a picture in the same request. Raises OutcomeUnknown for a text that was
        posted a moment ago: it may be this one, whose answer was lost."""
        shown, photos = self.compose(post)
        form = {"status": shown.text}
        if post.reply_to is not None:
            form["in_reply_to_status_id"] = post.reply_to.remote_id
        content: dict[str, Any] = {"data": form}
        if photos:
            content["files"] = [("media", ("photo.jpg", photos[0].content, "image/jpeg"))]
            content["deadline"] = MEDIA_DEADLINE
        try:
            answer = self.api.write("POST", "/api/statuses/update.json", **content)
        except DuplicateRejected as refusal:
            check_own_duplicate(self, post, refusal)
            raise
        except Rejected as error:
            if post.reply_to is not None:
                self.check_parent(error, post.reply_to.remote_id)
            raise
        return self._receipt(answer, shown.text, post.reply_to)

    def _receipt(self, answer: Any, text: str, target: ReplyTarget | None) -> Receipt:
        """Return the receipt of a notice with this text. Another one is the latest of old: a plug-in of the
        server took the text for a command that nobody here knows."""
        remote_id = self.api.created_id(answer, reading.valid_gnusocial_id)
        if comparable_core(reading.parse_gnusocial_text(answer.get("text"))) != comparable_core(
            text
        ):
            raise self.api.unreadable_error(is_write=True)
        url = reading.status_address(answer, self.app.api_url)
        if target is None or "in_reply_to_status_id" not in answer:
            return Receipt(remote_id, url=url)
        parent = reading.valid_gnusocial_id(answer["in_reply_to_status_id"])
        return Receipt(remote_id, url=url, parent_id=parent, is_stray=parent != target.remote_id)

    def retract(self, receipt: Receipt) -> None:
        self.api.remove("POST", f"/api/statuses/destroy/{quote_segment(receipt.remote_id)}.json")

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the accounts followed, until a page is empty. `start` is an index: the page before it is
        read again, since accounts that left the list meanwhile have moved the others."""
        index = max(0, int(start) - PAGE) if start.isdecimal() else 0
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            # Pages have numbers, so a size must divide what was read before.
            counts = [count for count in PAGE_SIZES if index % count == 0]
            page, size = with_fewer_entries(counts, partial(self._friends_at, index))
            found = {each.uid: each for each in map(reading.parse_gnusocial_user, page) if each}
            # Some servers show their last page again for each number behind it.
            is_last = not page or (bool(found) and found.keys() <= seen)
            seen.update(found)
            index += size
            yield FriendPage(tuple(found.values()), "" if is_last else str(index))
            if is_last:
                return

    def _friends_at(self, index: int, count: int) -> tuple[list[Any], int]:
        number = str(index // count + 1)
        path = "/api/statuses/friends.json"
        return self._listed(path, count=str(count), page=number), count

    def feed(self, *, since: str = "") -> Iterator[RemoteFeedItem]:
        newer = {"since_id": since} if reading.valid_gnusocial_id(since) else {}
        me, path = self.own_id(), "/api/statuses/friends_timeline.json"
        page = with_fewer_entries(
            halved_counts(PAGE), lambda count: self._listed(path, count=str(count), **newer)
        )
        items = [reading.parse_gnusocial_feed_item(each, self.app.api_url) for each in page]
        found = [each for each in items if each and each.author.uid != me]
        yield from sorted(found, key=lambda each: int(each.remote_id))

    def fetch_account(self) -> Any:
        return self.api.read("/api/account/verify_credentials.json")

    def id_from_uid(self, uid: str) -> str:
        return reading.valid_gnusocial_id(uid.rpartition("/")[2])

    def parse_friend(self, entry: Any) -> Friend | None:
        return reading.parse_gnusocial_user(entry)

    def terms(self) -> Terms:
        """Read the server's limit: a number, quoted or not; 0 means no limit."""
        site = parsing.object_at(self.api.read("/api/statusnet/config.json"), "site")
        longest = str(site.get("textlimit", ""))
        if not longest.isdigit():
            return Terms()
        return Terms(text=int(longest[:6]) or WITHOUT_LIMIT)

    def revoke(self) -> None:
        """Do nothing: a server's own page doc/twitterapi names no request for it. Members revoke it at
        settings/oauthconnections."""

    def _listed(self, path: str, **params: str) -> list[Any]:
        return self.api.as_list(self.api.read(path, {"count": str(PAGE)} | params))

    def own_posts(self, since: float) -> Iterator[RemotePost | None]:
        """Yield the account's posts, newest first, back to `since`; None for an unreadable one."""
        for entry in self.own_entries(since):
            yield reading.parse_gnusocial_status(entry, self.app.api_url)
