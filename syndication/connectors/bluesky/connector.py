"""Connector for Bluesky: posts are records under keys of our own, lists are read by cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.base import (
    EVERYONE_ONLY,
    KINDS,
    Candidates,
    Credentials,
    Friend,
    FriendPage,
    Limits,
    OutgoingPost,
    Photo,
    Preview,
    RateLimit,
    Receipt,
    RemoteFeedItem,
    RemotePost,
    ReplyTarget,
    SubjectKind,
    Terms,
)
from syndication.connectors.bluesky import reading, records
from syndication.connectors.bluesky.interactions import BlueskyInteractions
from syndication.connectors.bluesky.xrpc import lacks_appview
from syndication.connectors.compose import TextComposer
from syndication.connectors.errors import Rejected, TargetGone, TryLater, Unsupported
from syndication.connectors.paging import follow_pages
from syndication.connectors.text import as_uri, normalise
from syndication.connectors.uploads import post_with_uploads

MAX_PAGES = 600  # of one reading; whoever reads may stop before
MAX_FEED = 500  # entries of a timeline

# 300 graphemes and 3,000 bytes; pictures of up to 1,000,000 bytes, four of them. A link post shows
# a card for its page, and beside a card there is no room for pictures.
WORDS: dict[str, Any] = {"text": 300, "unit": "graphemes and bytes"}
LIMITS: dict[SubjectKind, Limits] = {
    kind: Limits(**WORDS, photos=0 if kind == "link" else 4, photo_bytes=1_000_000)
    for kind in KINDS
}
LIMITS["reply"] = Limits(**WORDS)
# Facets name the target, so the text may show an address as it was typed.
TEXTS = TextComposer(
    LIMITS, dict.fromkeys(LIMITS, EVERYONE_ONLY), keeps_iris=True, reads_names=False
)


class Bluesky(BlueskyInteractions):
    """One account on Bluesky, on whatever server it lives. Remote ids are at:// addresses.

    Everything there is public. `can_edit` is empty: a record can be put anew, yet Bluesky's own
    site goes on showing the words of its making (https://github.com/snarfed/bridgy-fed/issues/947),
    so that saying "changed" would not be true.
    """

    key = "bluesky"
    name = "Bluesky"
    limits = LIMITS
    audiences = TEXTS.audiences
    has_handles = True
    can_delete = frozenset[SubjectKind]({*KINDS, "reply", "like"})
    can_reconcile = frozenset[SubjectKind]({*KINDS, "reply"})
    brings_replies = frozenset[SubjectKind]({*KINDS, "reply"})
    brings_likes = frozenset[SubjectKind]({*KINDS, "reply"})
    can_like = True
    upload_lifetime = 50 * 60.0  # of a blob that no record names
    refresh_interval = 5 * 86400.0  # a session of OAuth may end after two weeks
    # https://docs.bsky.app/docs/advanced-guides/rate-limits: 5,000 points an hour, a new record 3.
    rate_limit_per_link = RateLimit(1666, 3600.0)
    can_revoke = True

    @classmethod
    def composer(cls, terms: Terms | None) -> TextComposer:
        return TEXTS

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Put the record under this delivery's own key, where none exists yet.

        A repeat finds the key taken by the same post, changes nothing and succeeds.
        """
        shown, photos = self.compose(post)
        options = records.post_options(post)
        if post.kind == "reply":
            self._check_target(post)
        facets = list(records.post_facets(shown.text, did_of=self._named_by(post)))
        key = records.record_key(post, idempotency_key)

        def send() -> None:
            embed = self._embed(post, shown, photos)
            record = records.post_record(
                shown.text, created_at=self.clock(), facets=facets, embed=embed
            )
            self.put_record(records.COLLECTION, key, {**record, **options})

        post_with_uploads(self.uploads, send)
        return self._receipt(key, post.reply_to)

    def _check_target(self, post: OutgoingPost) -> None:
        """Raise where the reply would stand in no thread."""
        if post.reply_to is None:
            raise Unsupported(reasons.KIND_UNKNOWN)
        if post.visibility not in ("", "public"):
            raise Unsupported(reasons.NOT_TO_THESE_READERS)
        if post.reply_to.is_closed:
            raise TargetGone(reasons.TARGET_CLOSED)

    def _named_by(self, post: OutgoingPost) -> Callable[[str], str]:
        """Return the look-up of those whom a post may mention: in a reply the parent's author alone."""
        if post.reply_to is None:
            return lambda handle: self._did_meant_by(post, handle)
        author = post.reply_to.author
        return lambda handle: author.uid if f"@{handle}" == author.handle else ""

    def _did_meant_by(self, post: OutgoingPost, handle: str) -> str:
        """Return the DID of a handle that the member typed, or that is the account's of a mentioned member."""
        did = self.people.did_of(handle)
        typed = f"{post.warning} {post.title} {post.text} {post.url_title}".lower()
        is_meant = did in post.mention_uids.values() or f"@{handle}".lower() in typed
        return did if is_meant else ""

    def retract(self, receipt: Receipt) -> None:
        owner, key = reading.post_key(receipt.remote_id)
        if not key or owner != self.credentials.uid:
            raise Rejected(reasons.CANNOT_DELETE)
        self.delete_record(records.COLLECTION, key)

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        """Return the record under this delivery's key: no other post can have it."""
        name = self._named(post, idempotency_key)
        try:
            answer = self.api.call("com.atproto.repo.getRecord", name)
        except Rejected as error:
            if error.status == 404 or "RecordNotFound" in error.excerpt:
                return Candidates()
            raise
        value = parsing.object_at(answer, "value")
        written, created_at = value.get("text"), parsing.parse_time(value.get("createdAt"))
        if not isinstance(written, str) or created_at is None:
            raise self.api.unreadable_error(is_write=False)
        is_it = normalise(written) == normalise(self.preview(post).text)
        if is_it and created_at >= int(since):
            receipt = self._receipt(name["rkey"])
            parent, _ = reading.parse_reference(parsing.object_at(value, "reply").get("parent"))
            copy = RemotePost(
                receipt.remote_id, written, created_at, url=receipt.url, parent_id=parent
            )
            return Candidates((copy,))
        return Candidates()

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the accounts followed, from the account's own records: no AppView is needed."""
        named: set[str] = set()
        list_of = {"repo": self.credentials.uid, "collection": "app.bsky.graph.follow"}

        def page(cursor: str) -> tuple[list[Any], str]:
            answer = self.view_page("com.atproto.repo.listRecords", "records", cursor, **list_of)
            records = answer["records"]
            return records, parsing.parse_text(answer.get("cursor")) if records else ""

        for found, cursor in follow_pages(page, start, most=MAX_PAGES):
            dids = dict.fromkeys(map(reading.followed_did, found))
            new = [did for did in dids if did and did not in named]
            named.update(new)
            yield FriendPage(tuple(self.people.named(new)), cursor)

    def feed(self, *, since: str = "") -> Iterator[RemoteFeedItem]:
        """Yield the home timeline of an AppView; nothing where the server has none."""
        try:
            found = list(self._timeline(since))
        except (Rejected, TryLater) as error:
            if not lacks_appview(error):
                raise
            return
        yield from (item for item in reversed(found) if item.author.uid != self.credentials.uid)

    def profile(self) -> Friend:
        return self.people.own_profile()

    def refresh(self) -> Credentials:
        """Refresh. The old refresh token is used up: store the new credentials before anything else."""
        return self.api.refresh_session()

    def revoke(self) -> None:
        """Revoke the session by its refresh token: by OAuth as RFC 7009 has it, where the authorization server
        names an address for that; by an app password as
        https://docs.bsky.app/docs/api/com-atproto-server-delete-session has it, after which an access
        token lasts to its own end (two hours) and is not renewed."""
        self.api.revoke_tokens()

    def _embed(
        self, post: OutgoingPost, shown: Preview, photos: tuple[Photo, ...]
    ) -> dict[str, Any] | None:
        if post.kind == "link":
            return records.link_card(post) if as_uri(post.url) in shown.text else None
        return records.images_embed([(photo, self._uploaded(photo)) for photo in photos])

    def _uploaded(self, photo: Photo) -> Any:
        """Upload a blob. A server may delete it after an hour where no record uses it."""
        if kept := self.uploads.get(photo):
            return kept
        answer = self.api.upload(
            "POST",
            "/xrpc/com.atproto.repo.uploadBlob",
            data=photo.content,
            headers={"Content-Type": photo.content_type},
        )
        blob = self.api.as_object(self.api.as_object(answer).get("blob"))
        self.uploads.put(photo, blob)
        return blob

    def _named(self, post: OutgoingPost, idempotency_key: str) -> dict[str, str]:
        key = records.record_key(post, idempotency_key)
        return {"repo": self.credentials.uid, "collection": records.COLLECTION, "rkey": key}

    def _receipt(self, key: str, target: ReplyTarget | None = None) -> Receipt:
        """Return the receipt of a record; it names the parent that was sent, which servers store as it is."""
        did = self.credentials.uid
        uri = f"at://{did}/{records.COLLECTION}/{key}"
        parent = target.remote_id if target else ""
        return Receipt(uri, url=f"{self.people.web}/profile/{did}/post/{key}", parent_id=parent)

    def _timeline(self, since: str) -> Iterator[RemoteFeedItem]:
        """Yield the timeline, newest first, down to `since`; one page where nothing was read before."""
        cursor, count = "", 0
        while count < (MAX_FEED if since else 1):
            answer = self.view_page("app.bsky.feed.getTimeline", "feed", cursor)
            for item in reading.parse_bluesky_feed(answer, self.people.web):
                if item.remote_id == since:
                    return
                yield item
            count += len(answer["feed"])
            cursor = parsing.parse_text(answer.get("cursor"))
            if not cursor or not answer["feed"]:
                return
