"""What the connectors of networks with an HTTP API have alike: the wire, one text, whose it is, lists."""

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

MOST_FEED_PAGES = 5

WireType = TypeVar("WireType", bound=ApiClient)


class ApiConnector(Connector, Generic[WireType]):
    """A connector whose requests go through `api`. Subclasses say what the wire's words mean."""

    api_class: type[WireType]

    @cached_property
    def api(self) -> WireType:
        return self.api_class(self.credentials, http=self.http, app=self.app, clock=self.clock)

    # What a network says

    def fetch_account(self) -> Any:
        """The account as the network shows it to itself."""
        raise NotImplementedError

    def parse_friend(self, entry: Any) -> Friend | None:
        """Somebody, out of the network's words; None where they cannot be read."""
        raise NotImplementedError

    def own_posts(self, since: float) -> Iterator[RemotePost | None]:
        """Newest first, back to `since`; None for what cannot be read."""
        raise NotImplementedError

    @classmethod
    def composer(cls, terms: Terms | None) -> TextComposer:
        """How texts are made where these terms hold."""
        limits = cls.limits
        if terms and terms.text:
            limits = {kind: replace(each, text=terms.text) for kind, each in limits.items()}
        return TextComposer(limits, cls.audiences)

    def id_from_uid(self, uid: str) -> str:
        """The account's id there, out of our uid, which is `<host>/<id>` where there are many servers."""
        return parsing.id_in_uid(uid)

    # What follows from it

    @classmethod
    def compose(cls, post: OutgoingPost) -> tuple[Preview, tuple[Photo, ...]]:
        """How `post` will read, and its pictures as they go along. Raises Unsupported."""
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
        """Without a known one the network is asked."""
        return self.id_from_uid(self.credentials.uid) or self.profile().uid

    def check_follow_approval(self, post: OutgoingPost, is_approving: Callable[[], bool]) -> None:
        """Whoever may follow without being asked may read: then it is not for friends alone."""
        if post.audience in self.followers_read and not is_approving():
            raise Rejected(reasons.FOLLOWERS_NOT_APPROVED)

    def feed_of_others(
        self, above: str, page: Callable[[str], list[RemoteFeedItem]]
    ) -> Iterator[RemoteFeedItem]:
        """What others wrote, oldest first, of what `page` gives above an item. A page of one's own posts
        alone is passed over, or the next pull would begin with it again."""
        me = self.own_id()
        for _ in range(MOST_FEED_PAGES):
            found = page(above)
            others = [each for each in found if each.author.uid != me]
            if others or not found or not above:
                yield from others
                return
            above = found[-1].remote_id


def form_file(photo: Photo) -> tuple[str, bytes, str]:
    """A picture as a part of a form."""
    return f"photo.{photo.content_type.rpartition('/')[2]}", photo.content, photo.content_type
