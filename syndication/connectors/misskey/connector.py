"""Connector for Misskey: notes with drive files, follows, timeline.

Every request is a POST with JSON. Notes have no idempotency key and cannot be edited. Replies and
reactions are in `misskey.interactions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api_connector import form_file
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
    RateLimit,
    Receipt,
    RemoteFeedItem,
    RemotePost,
    SubjectKind,
    Terms,
    WireAudience,
)
from syndication.connectors.compose import TextComposer, find_candidates
from syndication.connectors.errors import CopyGone, Unsupported
from syndication.connectors.misskey import reading
from syndication.connectors.misskey.interactions import LIKE_SCOPE, MisskeyInteractions
from syndication.connectors.text import cut
from syndication.connectors.uploads import post_with_uploads

VISIBILITY: Mapping[WireAudience, str] = {"everyone": "public", "friends": "followers"}
MAX_READ_BACK = 600  # notes; nobody may write more than 300 in an hour
MAX_WARNING_LENGTH = 100
ANSWERABLE: tuple[SubjectKind, ...] = (*KINDS, "reply")

_USUAL = Limits(
    text=3000, photos=16, photo_bytes=10_000_000, photo_types=("image/jpeg", "image/png")
)


class Misskey(MisskeyInteractions):
    """One account on one server. Remote ids are the server's ids of notes."""

    key = "misskey"
    name = "Misskey"
    has_local_ids = True
    has_handles = True
    limits = {**dict.fromkeys(KINDS, _USUAL), "reply": Limits(text=_USUAL.text)}
    audiences = {**dict.fromkeys(KINDS, frozenset(VISIBILITY)), "reply": EVERYONE_ONLY}
    followers_read = frozenset[WireAudience]({"friends"})
    can_delete = frozenset(ANSWERABLE)
    can_reconcile = frozenset(ANSWERABLE)
    brings_replies = frozenset(ANSWERABLE)
    brings_likes = frozenset(ANSWERABLE)
    can_like = True
    needs_scope = {"like": LIKE_SCOPE}
    reconcile_delay = 30.0
    seconds_between_equals = 65.0  # misskey.io gives the first note for 60 s
    upload_lifetime = 30 * 86400.0  # files stay in the drive
    rate_limit_per_link = RateLimit(300, 3600)
    permissions_page = "/settings/apps"

    @classmethod
    def composer(cls, terms: Terms | None) -> TextComposer:
        """The warning has a field of its own (`cw`), which does not count as text."""
        return replace(super().composer(terms), has_warning=True)

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. There is no idempotency key, so a lost answer has to be looked up."""
        shown, photos = self.compose(post)
        self.check_follow_approval(post, self._approves)
        body = self._body(post, shown)

        def send() -> Any:
            files = {"fileIds": [self._upload(photo) for photo in photos]} if photos else {}
            return self.api.write("POST", "/api/notes/create", json={**body, **files})

        note = parsing.object_at(post_with_uploads(self.uploads, send), "createdNote")
        remote_id = self.api.created_id(note)
        receipt = Receipt(remote_id, url=reading.note_address(self.app.api_url, remote_id))
        return self.reply_receipt(receipt, post, note)

    def _body(self, post: OutgoingPost, shown: Preview) -> dict[str, Any]:
        body = {"visibility": VISIBILITY[post.audience]}
        if post.kind == "reply":
            if post.reply_to is None:
                raise Unsupported(reasons.KIND_UNKNOWN)
            body = self.reply_fields(post.reply_to, post.visibility)
        if shown.text:
            body["text"] = shown.text
        if shown.warning:
            body["cw"] = cut(shown.warning, MAX_WARNING_LENGTH)
        return body

    def retract(self, receipt: Receipt) -> None:
        try:
            self.api.remove("POST", "/api/notes/delete", json={"noteId": receipt.remote_id})
        except CopyGone:
            return

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        """Find notes like `post`: for a reply all, whatever they answer; else those that answer nothing."""
        is_reply = post.kind == "reply"
        shown, notes = self.preview(post).text, list(self._own_notes(since, with_replies=is_reply))
        oldest = next(filter(None, reversed(notes)), None)
        is_whole = len(notes) < MAX_READ_BACK or bool(oldest and oldest.created_at < since)
        could_be = [each for each in notes if each is None or is_reply or not each.parent_id]
        return find_candidates(could_be, shown, since=since, is_whole=is_whole)

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the accounts followed. `start` is the id of a row."""
        me = self.own_id()
        for rows, below in self.api.list_pages("/api/users/following", userId=me, start=start):
            people = [parsing.value_at(row, "followee") for row in rows]
            yield FriendPage(tuple(filter(None, map(self.parse_friend, people))), below)

    def feed(self, *, since: str = "") -> Iterator[RemoteFeedItem]:
        """Yield posts of others: oldest first with `sinceId`; without it, the newest page, newest first."""

        def page(after: str) -> list[RemoteFeedItem]:
            newer = {"sinceId": after} if after else {}
            found = self.api.entries("/api/notes/timeline", **newer)
            items = [reading.parse_misskey_feed_item(each, self.app.api_url) for each in found]
            return [each for each in (items if after else reversed(items)) if each is not None]

        return self.feed_of_others(parsing.valid_id(since), page)

    def parse_friend(self, entry: Any) -> Friend | None:
        return reading.parse_misskey_user(entry, self.app.api_url)

    def terms(self) -> Terms:
        """Read the server's limit, and whether followers are approved."""
        found = self.api.ask("/api/meta", detail=False)
        longest = found.get("maxNoteTextLength") if isinstance(found, dict) else None
        return Terms(
            text=longest if isinstance(longest, int) and longest > 0 else 0,
            approves_followers=self._approves(),
        )

    def revoke(self) -> None:
        """Do nothing: `i/revoke-token` refuses tokens of any program.

        It is `secure`, which admits only the member's own browser:
        https://github.com/misskey-dev/misskey, endpoints/i/revoke-token.ts and ApiCallService.ts.
        https://misskey-hub.net/en/docs/for-developers/api/token/miauth/ names no other way.
        """

    def fetch_account(self) -> Mapping[str, Any]:
        return self.api.as_object(self.api.ask("/api/i"))

    def _approves(self) -> bool:
        return self.fetch_account().get("isLocked") is True

    def _upload(self, photo: Photo) -> str:
        """Upload to the drive, unless an earlier try did. The server returns a file with the same bytes."""
        if kept := self.uploads.get(photo):
            return str(kept)
        answer = self.api.upload(
            "POST",
            "/api/drive/files/create",
            files=[("file", form_file(photo))],
            data={"comment": photo.alt} if photo.alt else {},
        )
        ident = self.api.created_id(answer, is_write=False)
        self.uploads.put(photo, ident)
        return ident

    def _own_notes(self, since: float, *, with_replies: bool) -> Iterator[RemotePost | None]:
        """Yield the account's notes, newest first, back to `since`; None for an unreadable one."""
        count = 0
        for page in self.own_pages(with_replies=with_replies):
            notes = [reading.parse_misskey_note(each, self.app.api_url) for each in page]
            found = [each for each in notes if each is not None]
            yield from notes
            count += len(page)
            if count >= MAX_READ_BACK or (found and found[-1].created_at < since):
                return
