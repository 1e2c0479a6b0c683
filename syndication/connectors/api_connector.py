"""Base of the connectors with an HTTP API: client, composing, account id, lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from syndication.connectors import parsing, reasons
from syndication.connectors.api import ApiClient
from syndication.connectors.base import (
    Candidates,
    Connector,
    Friend,
    OutgoingPost,
    Photo,
    Preview,
    RemoteFeedItem,
    RemotePost,
    Terms,
)
from syndication.connectors.compose import TextComposer, find_candidates
from syndication.connectors.errors import Rejected

MAX_FEED_PAGES = 5

WireType = TypeVar("WireType", bound=ApiClient)


class ApiConnector(Connector, Generic[WireType]):
    """A connector whose requests go through `api`. Subclasses parse its answers."""

    api_class: type[WireType]

    @cached_property
    def api(self) -> WireType:
        return self.api_class(self.credentials, http=self.http, app=self.app, clock=self.clock)

    # What a network says

    def fetch_account(self) -> Any:
        """Return the account as the network describes it to itself."""
        raise NotImplementedError

    def parse_friend(self, entry: Any) -> Friend | None:
        """Parse an account of the network; None where it cannot be read."""
        raise NotImplementedError

    def own_posts(self, since: float) -> Iterator[RemotePost | None]:
        """Yield the account's posts, newest first, back to `since`; None for an unreadable one."""
        raise NotImplementedError

    @classmethod
    def composer(cls, terms: Terms | None) -> TextComposer:
        """Return the composer for a server with these limits."""
        limits = cls.limits
        if terms and terms.text:
            limits = {kind: replace(each, text=terms.text) for kind, each in limits.items()}
        return TextComposer(limits, cls.audiences)

    def id_from_uid(self, uid: str) -> str:
        """Return the account's id out of our uid, which is `<host>/<id>` where a network has many servers."""
        return parsing.id_in_uid(uid)

    # What follows from it

    @classmethod
    def compose(cls, post: OutgoingPost) -> tuple[Preview, tuple[Photo, ...]]:
        """Return the preview of `post` and its fitted pictures. Raises Unsupported."""
        return cls.composer(post.terms).compose(post)

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        return cls.compose(post)[0]

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        return find_candidates(self.own_posts(since), self.preview(post).text, since=since)

    def profile(self) -> Friend:
        person = self.parse_friend(self.fetch_account())
        if person is None:
            raise self.api.unreadable_error(is_write=False)
        return person

    def own_id(self) -> str:
        """Return the account's id; ask the network where it is not known."""
        return self.id_from_uid(self.credentials.uid) or self.profile().uid

    def check_follow_approval(self, post: OutgoingPost, is_approving: Callable[[], bool]) -> None:
        """Raise Rejected for a followers-only post where anybody may follow without approval."""
        if post.audience in self.followers_read and not is_approving():
            raise Rejected(reasons.FOLLOWERS_NOT_APPROVED)

    def feed_of_others(
        self, above: str, page: Callable[[str], list[RemoteFeedItem]]
    ) -> Iterator[RemoteFeedItem]:
        """Yield posts of others, oldest first, from the pages above an item. A page of one's own posts alone
        is skipped, or the next import would start with it again."""
        me = self.own_id()
        for _ in range(MAX_FEED_PAGES):
            found = page(above)
            others = [each for each in found if each.author.uid != me]
            if others or not found or not above:
                yield from others
                return
            above = found[-1].remote_id


def form_file(photo: Photo) -> tuple[str, bytes, str]:
    """Return a picture as a file of a multipart form."""
    return f"photo.{photo.content_type.rpartition('/')[2]}", photo.content, photo.content_type
