"""Replies and likes on Bluesky: out, back, and what a post takes.

A server stores whatever record it is given; which replies are in a thread, and how many like a post, is an
AppView's view of all records. It leaves out a reply that names another root than its parent does, and one
that the gate of the root's author forbids, and says nothing. So the target is read right before.

A server without an AppView shows none of this. It could be asked to pass requests on to Bluesky's own by
the header `atproto-proxy`, which any of our credentials would allow. It is not: whoever runs that server
decided that nobody's requests go there, signed in the member's name; and that AppView knows nothing of
accounts on servers that it does not crawl. Replies and likes still go out, as far as records suffice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api_connector import ApiConnector
from syndication.connectors.base import (
    Friend,
    PostActivity,
    Receipt,
    ReceivedReply,
    ReplyTarget,
    Visibility,
)
from syndication.connectors.bluesky import reading, records
from syndication.connectors.bluesky.people import BlueskyProfiles
from syndication.connectors.bluesky.xrpc import Xrpc, lacks_appview
from syndication.connectors.errors import (
    Rejected,
    ResponseTooLarge,
    TargetGone,
    TryLater,
    Unauthorized,
    Unsupported,
)
from syndication.connectors.paging import halved_counts, with_fewer_entries

PAGE = 100
MAX_ACTIVITY = 2000  # own posts of one listing
MAX_REPLIES = 500  # of one thread, the newest
MAX_THREAD_BYTES = 8_000_000  # bytes; all direct replies come in one answer
MAX_LIKES = 1000  # own likes that are searched where no AppView tells
LIKE_SCOPE = f"repo:{records.LIKES}"


class BlueskyInteractions(ApiConnector[Xrpc]):
    """The half of the connector that answers, likes, and reads answers and likes."""

    api_class = Xrpc

    @cached_property
    def people(self) -> BlueskyProfiles:
        return BlueskyProfiles(self.api)

    @classmethod
    def reply_visibility(cls, parent: Visibility) -> Visibility:
        return "public"

    def read_target(self, remote_id: str) -> ReplyTarget:
        """Read a post with its version, its root, and whether the gate of its thread lets us reply."""
        owner, key = reading.post_key(remote_id)
        if not key:
            raise TargetGone(reasons.TARGET_GONE)
        view = self._view(remote_id)
        if view is None:
            return self._target(remote_id, self._record(owner, key), self._author(owner))
        author = reading.parse_bluesky_profile(view.get("author"), self.people.web)
        if author is None or author.uid != owner or view.get("uri") != remote_id:
            raise self.api.unreadable_error(is_write=False)
        is_closed = parsing.object_at(view, "viewer").get("replyDisabled") is True
        version = {"cid": view.get("cid"), "value": view.get("record")}
        return self._target(remote_id, version, author, is_closed=is_closed)

    def like(self, target: ReplyTarget, *, idempotency_key: str) -> Receipt:
        """Put a like under this delivery's own key, unless the account likes the post already.

        The server would keep two likes of one post (only createRecord deletes the older one).
        """
        view, key = self._view(target.remote_id), records.like_key(idempotency_key)
        mine = f"at://{self.credentials.uid}/{records.LIKES}/{key}"
        liked = parsing.object_at(view, "viewer").get("like")
        if liked:
            return Receipt(mine if liked == mine else "")
        record = records.like_record(target, created_at=self.clock())
        try:
            self.put_record(records.LIKES, key, record)
        except Unauthorized as error:
            if error.scope:
                error.scope = LIKE_SCOPE
            raise
        return Receipt(mine)

    def unlike(self, target_id: str, receipt: Receipt) -> None:
        """Delete the like of the receipt, else the one that the AppView or the account's records name."""
        found = receipt.remote_id or self._like_of(target_id)
        owner, key = reading.post_key(found, records.LIKES)
        if key and owner == self.credentials.uid:
            self.delete_record(records.LIKES, key)

    def own_activity(self, *, since: float) -> Iterator[PostActivity]:
        """Yield posts and replies with their counts; nothing where the server has no AppView."""
        cursor, count = "", 0
        asked = {"actor": self.credentials.uid, "filter": "posts_with_replies"}
        while count < MAX_ACTIVITY:
            try:
                answer = self.view_page("app.bsky.feed.getAuthorFeed", "feed", cursor, **asked)
            except (Rejected, TryLater) as error:
                if lacks_appview(error):
                    return
                raise
            for post in self._own_posts(answer["feed"]):
                found = reading.parse_bluesky_post(post, self.people.web)
                if found is not None and found.created_at < since:
                    return
                if found is not None:
                    yield reading.post_activity(post)
            count += len(answer["feed"])
            cursor = parsing.parse_text(answer.get("cursor"))
            if not cursor or not answer["feed"]:
                return

    def replies(self, post: PostActivity) -> Iterator[ReceivedReply]:
        """Yield what a thread shows, the newest of very many, without those that the account has hidden
        there."""
        asked = {"uri": post.remote_id, "depth": "1", "parentHeight": "0"}
        with _needing_appview():
            answer = self.api.call("app.bsky.feed.getPostThread", asked, max_bytes=MAX_THREAD_BYTES)
        thread = parsing.object_at(answer, "thread")
        if thread.get("notFound") or thread.get("blocked"):
            raise TargetGone(reasons.TARGET_GONE)
        if not isinstance(thread.get("post"), Mapping):
            raise self.api.unreadable_error(is_write=False)
        entries = parsing.list_at(thread, "replies") or ()
        hidden = reading.hidden_replies(answer)
        found = [
            reply
            for entry in entries
            if (reply := reading.parse_bluesky_reply(entry, self.people.web))
            and reply.parent_id == post.remote_id
            and reply.remote_id not in hidden
        ]
        yield from sorted(found, key=lambda each: each.created_at)[-MAX_REPLIES:]
        if len(found) > MAX_REPLIES:
            raise ResponseTooLarge(reasons.UNREADABLE)

    def likes(self, post: PostActivity) -> Iterator[Friend]:
        with _needing_appview():
            answer = self.view_page("app.bsky.feed.getLikes", "likes", "", uri=post.remote_id)
        actors = (parsing.value_at(each, "actor") for each in answer["likes"])
        people = (reading.parse_bluesky_profile(each, self.people.web) for each in actors)
        yield from filter(None, people)

    # For the other half

    def put_record(self, collection: str, key: str, record: Mapping[str, Any]) -> None:
        """Put a record where none exists, or where this very one does."""
        name = {"repo": self.credentials.uid, "collection": collection, "rkey": key}
        content = {**name, "record": dict(record), "swapRecord": None}
        try:
            answer = self.api.procedure("com.atproto.repo.putRecord", content)
        except Rejected as error:
            if "InvalidSwap" not in error.excerpt:
                raise
            return
        if reading.post_key(answer.get("uri"), collection) != (self.credentials.uid, key):
            raise self.api.unreadable_error(is_write=True)

    def delete_record(self, collection: str, key: str) -> None:
        """Delete a record. The server reports success where it is already gone."""
        name = {"repo": self.credentials.uid, "collection": collection, "rkey": key}
        self.api.procedure("com.atproto.repo.deleteRecord", name)

    def view_page(self, method: str, name: str, cursor: str, **params: str) -> Mapping[str, Any]:
        """Return a page of the list `name`, as large as one answer can hold."""
        after = {"cursor": cursor} if cursor else {}
        answer: Mapping[str, Any] = with_fewer_entries(
            halved_counts(PAGE),
            lambda count: self.api.call(method, {**params, "limit": str(count), **after}),
        )
        self.api.as_list(answer.get(name))
        return answer

    def _view(self, uri: str) -> Mapping[str, Any] | None:
        """Return the view of a post; None where the server has no AppView. Raises TargetGone."""
        try:
            answer = self.api.call("app.bsky.feed.getPosts", {"uris": uri})
        except (Rejected, TryLater) as error:
            if lacks_appview(error):
                return None
            raise
        posts = self.api.as_list(answer.get("posts"))
        found = [each for each in posts if parsing.value_at(each, "uri") == uri]
        if not found:
            raise TargetGone(reasons.TARGET_GONE)
        return self.api.as_object(found[0])

    def _record(self, owner: str, key: str) -> Mapping[str, Any]:
        """Return a record of an account on the same server. Raises TargetGone, also for others."""
        name = {"repo": owner, "collection": records.COLLECTION, "rkey": key}
        try:
            return self.api.call("com.atproto.repo.getRecord", name)
        except Rejected as error:
            if error.status == 404 or "Could not locate record" in error.excerpt:
                raise TargetGone(reasons.TARGET_GONE, status=error.status) from error
            raise

    def _author(self, did: str) -> Friend:
        return next(iter(self.people.named([did])))

    def _target(
        self,
        remote_id: str,
        found: Mapping[str, Any],
        author: Friend,
        *,
        is_closed: bool = False,
    ) -> ReplyTarget:
        """Return the target of a record and its cid. A reply whose root cannot be read takes no reply: ours
        would stand outside of the thread."""
        uri, version = reading.parse_reference({"uri": remote_id, "cid": found.get("cid")})
        if not uri:
            raise self.api.unreadable_error(is_write=False)
        reply = parsing.object_at(found.get("value"), "reply")
        root_id, root_version = reading.parse_reference(reply.get("root"))
        return ReplyTarget(
            uri,
            author,
            visibility="public",
            version=version,
            root_id=root_id,
            root_version=root_version,
            is_closed=is_closed or bool(reply and not root_id),
        )

    def _like_of(self, target_id: str) -> str:
        """Return the URI of the account's like of a post, "" where none is found."""
        try:
            view = self._view(target_id)
        except TargetGone:
            view = None
        if view is not None:
            return parsing.parse_text(parsing.object_at(view, "viewer").get("like"))
        cursor, count = "", 0
        asked = {"repo": self.credentials.uid, "collection": records.LIKES}
        while count < MAX_LIKES:
            answer = self.view_page("com.atproto.repo.listRecords", "records", cursor, **asked)
            for each in answer["records"]:
                subject = parsing.object_at(parsing.object_at(each, "value"), "subject")
                if subject.get("uri") == target_id:
                    return parsing.parse_text(each.get("uri"))
            count += len(answer["records"])
            cursor = parsing.parse_text(answer.get("cursor"))
            if not cursor or not answer["records"]:
                break
        return ""

    def _own_posts(self, entries: list[Any]) -> Iterator[Mapping[str, Any]]:
        """Yield the account's own posts of a feed: no reposts, no pins."""
        for entry in entries:
            post = parsing.object_at(entry, "post")
            is_own = parsing.object_at(post, "author").get("did") == self.credentials.uid
            if is_own and not entry.get("reason"):
                yield post


@contextmanager
def _needing_appview() -> Iterator[None]:
    """Raise Unsupported where the server has no AppView: what it cannot show is not gone."""
    try:
        yield
    except (Rejected, TryLater) as error:
        if not lacks_appview(error):
            raise
        raise Unsupported(
            reasons.KIND_UNKNOWN, status=error.status, excerpt=error.excerpt
        ) from error
