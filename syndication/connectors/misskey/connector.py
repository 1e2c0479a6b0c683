"""The connector for Misskey: notes with files of the drive, whom the account follows.

Everything is a POST with JSON. Notes know no key for a repeat and cannot be changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from syndication.connectors import checked, reasons
from syndication.connectors.api import THROTTLED_FOR, Api, fewer, fields_of, halves
from syndication.connectors.base import (
    KINDS,
    Audience,
    Budget,
    Candidates,
    Connector,
    FeedItem,
    Friend,
    FriendPage,
    Kind,
    Limits,
    OutgoingPost,
    Photo,
    Preview,
    Receipt,
    RemotePost,
    Response,
    Terms,
)
from syndication.connectors.compose import OneText, candidates
from syndication.connectors.errors import ConnectorError, Gone, Rejected, TryLater, Unauthorized
from syndication.connectors.misskey import reading
from syndication.connectors.uploads import with_uploads

VISIBILITY: Mapping[Audience, str] = {"everyone": "public", "friends": "followers"}
PAGE = 100
MOST_PAGES = 600  # of one reading; whoever reads may stop before
MOST_FEED_PAGES = 5
MOST_READ_BACK = 600  # notes; nobody may write more than 300 in an hour

_DEAD = {"AUTHENTICATION_FAILED", "CREDENTIAL_REQUIRED", "YOUR_ACCOUNT_SUSPENDED"}

_USUAL = Limits(
    text=3000, photos=16, photo_bytes=10_000_000, photo_types=("image/jpeg", "image/png")
)


class Wire(Api):
    """One account's API on one server. Errors: `{"error":{"message","code","id","kind"}}`."""

    def access_refusal(self, response: Response) -> Unauthorized | None:
        code = _error(response).get("code")
        if code == "PERMISSION_DENIED":
            return Unauthorized(reasons.ACCESS_TOO_NARROW, scope="?", **self.log(response))
        if response.status == 401 or code in _DEAD:
            return Unauthorized(reasons.ACCESS_GONE, **self.log(response))
        return None

    def other_refusal(self, response: Response, *, is_write: bool) -> ConnectorError:
        if _error(response).get("code") == "NO_SUCH_NOTE":
            return Gone(reasons.COPY_GONE, **self.log(response))
        if _error(response).get("code") == "RATE_LIMIT_EXCEEDED" and response.status == 400:
            return TryLater(reasons.SLOW_DOWN, after=THROTTLED_FOR, **self.log(response))
        return super().other_refusal(response, is_write=is_write)

    def refusal_words(self, fields: Mapping[str, Any]) -> object:
        error = fields.get("error")
        return error.get("message") if isinstance(error, dict) else error

    def ask(self, path: str, **fields: Any) -> Any:
        """Read by a POST. Raises TryLater, Unauthorized, Rejected."""
        return self.upload("POST", path, json=fields, deadline=20.0)

    def listed(
        self, path: str, *, start: str = "", **fields: Any
    ) -> Iterator[tuple[list[Any], str]]:
        """The pages of a list, newest first, each with the id that the next begins below ("" on the
        last). Raises as `ask` does."""
        below, seen = start, {start}
        for _ in range(MOST_PAGES):
            found = self.entries(path, **fields, **({"untilId": below} if below else {}))
            below = checked.ident(found[-1].get("id")) if found and _is_object(found[-1]) else ""
            if below in seen:
                below = ""
            seen.add(below)
            yield found, below
            if not below:
                return

    def entries(self, path: str, **fields: Any) -> list[Any]:
        """One page of a list, of as many as one answer holds. Raises as `ask` does."""
        found = fewer(halves(PAGE), lambda count: self.ask(path, limit=count, **fields))
        if not isinstance(found, list):
            raise self.unreadable(is_write=False)
        return found


class Misskey(Connector):
    """One account on one server. Remote ids are the server's ids of notes."""

    key = "misskey"
    name = "Misskey"
    limits: ClassVar[Mapping[Kind, Limits]] = dict.fromkeys(KINDS, _USUAL)
    audiences: ClassVar[Mapping[Kind, frozenset[Audience]]] = dict.fromkeys(
        KINDS, frozenset(VISIBILITY)
    )
    followers_read: ClassVar[frozenset[Audience]] = frozenset({"friends"})
    can_delete: ClassVar[frozenset[Kind]] = frozenset(KINDS)
    can_read_back: ClassVar[frozenset[Kind]] = frozenset(KINDS)
    read_back_quiet: ClassVar[float] = 30.0
    equals_apart: ClassVar[float] = 65.0  # misskey.io gives the first note for 60 s
    uploads_last: ClassVar[float] = 30 * 86400.0  # files stay in the drive
    budget_of_link: ClassVar[Budget | None] = Budget(300, 3600)
    permissions_page: ClassVar[str] = "/settings/apps"

    @cached_property
    def _wire(self) -> Wire:
        return Wire(self.credentials, http=self.http, app=self.app, clock=self.clock)

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        return _composer(post.terms).preview(post)

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. There is no key for a repeat, so a lost answer has to be read back."""
        shown, photos = _composer(post.terms).made(post)
        if post.audience in self.followers_read and self._me().get("isLocked") is not True:
            raise Rejected(reasons.FOLLOWERS_NOT_APPROVED)
        body: dict[str, Any] = {"visibility": VISIBILITY[post.audience]}
        if shown.text:
            body["text"] = shown.text

        def send() -> Any:
            files = {"fileIds": [self._upload(photo) for photo in photos]} if photos else {}
            return self._wire.write("POST", "/api/notes/create", json={**body, **files})

        answer = with_uploads(self.uploads, send)
        note = answer.get("createdNote") if isinstance(answer, dict) else None
        remote_id = checked.ident(note.get("id")) if isinstance(note, dict) else ""
        if not remote_id:
            raise self._wire.unreadable(is_write=True)
        return Receipt(remote_id, url=reading.note_address(self.app.api_url, remote_id))

    def retract(self, receipt: Receipt) -> None:
        try:
            self._wire.remove("POST", "/api/notes/delete", json={"noteId": receipt.remote_id})
        except Gone:
            return

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        shown, notes = self.preview(post).text, list(self._own_notes(since))
        oldest = next(filter(None, reversed(notes)), None)
        is_whole = len(notes) < MOST_READ_BACK or bool(oldest and oldest.created_at < since)
        return candidates(notes, shown, since=since, is_whole=is_whole)

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Whom the account follows. `start` is the id of a row."""
        me, origin = self._own_id(), self.app.api_url
        for rows, below in self._wire.listed("/api/users/following", userId=me, start=start):
            people = [row.get("followee") for row in filter(_is_object, rows)]
            found = (reading.person(each, origin) for each in people)
            yield FriendPage(tuple(filter(None, found)), below)

    def feed(self, *, since: str = "") -> Iterator[FeedItem]:
        """With `sinceId` the oldest come first; without it, the newest page, newest first. A page of
        one's own notes alone is passed over, or the next pull would begin with it again."""
        me, after = self._own_id(), checked.ident(since)
        for _ in range(MOST_FEED_PAGES):
            newer = {"sinceId": after} if after else {}
            page = self._wire.entries("/api/notes/timeline", **newer)
            items = [reading.item(each, self.app.api_url) for each in page]
            found = [each for each in (items if after else reversed(items)) if each is not None]
            others = [each for each in found if each.author.uid != me]
            if others or not found or not after:
                yield from others
                return
            after = found[-1].remote_id

    def profile(self) -> Friend:
        person = reading.person(self._me(), self.app.api_url)
        if person is None:
            raise self._wire.unreadable(is_write=False)
        return person

    def terms(self) -> Terms:
        """The server's limit, and whether followers are approved."""
        found = self._wire.ask("/api/meta", detail=False)
        longest = found.get("maxNoteTextLength") if isinstance(found, dict) else None
        return Terms(
            text=longest if isinstance(longest, int) and longest > 0 else 0,
            approves_followers=self._me().get("isLocked") is True,
        )

    def revoke(self) -> None:
        """Nothing: `i/revoke-token` is closed to tokens of programs, whichever they are.

        It is `secure`, which lets in the member's own browser alone:
        https://github.com/misskey-dev/misskey, endpoints/i/revoke-token.ts and ApiCallService.ts.
        https://misskey-hub.net/en/docs/for-developers/api/token/miauth/ names no other way.
        """

    def _me(self) -> Mapping[str, Any]:
        found = self._wire.ask("/api/i")
        if not _is_object(found):
            raise self._wire.unreadable(is_write=False)
        return dict(found)

    def _own_id(self) -> str:
        """Our uid is `<host>/<id>`; without it the server is asked."""
        return checked.own_ident(self.credentials.uid) or self.profile().uid

    def _upload(self, photo: Photo) -> str:
        """Into the drive, unless an earlier try did. A file with the same bytes is given back."""
        if kept := self.uploads.get(photo):
            return str(kept)
        name = f"photo.{photo.content_type.rpartition('/')[2]}"
        answer = self._wire.upload(
            "POST",
            "/api/drive/files/create",
            files=[("file", (name, photo.content, photo.content_type))],
            data={"comment": photo.alt} if photo.alt else {},
        )
        ident = checked.ident(answer.get("id")) if isinstance(answer, dict) else ""
        if not ident:
            raise self._wire.unreadable(is_write=False)
        self.uploads.put(photo, ident)
        return ident

    def _own_notes(self, since: float) -> Iterator[RemotePost | None]:
        """Newest first, back to `since`; None for what cannot be read."""
        count = 0
        path, me = "/api/users/notes", self._own_id()
        for page, _ in self._wire.listed(path, userId=me, withRenotes=False):
            notes = [reading.remote_post(each, self.app.api_url) for each in page]
            found = [each for each in notes if each is not None]
            yield from notes
            count += len(page)
            if count >= MOST_READ_BACK or (found and found[-1].created_at < since):
                return


def _composer(terms: Terms | None) -> OneText:
    """How texts are made where these terms hold."""
    longest = terms.text if terms and terms.text else _USUAL.text
    return OneText(dict.fromkeys(KINDS, replace(_USUAL, text=longest)), Misskey.audiences)


def _error(response: Response) -> Mapping[str, Any]:
    error = fields_of(response).get("error")
    return error if isinstance(error, dict) else {}


def _is_object(value: object) -> bool:
    return isinstance(value, dict)
