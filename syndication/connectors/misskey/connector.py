"""Connector for Misskey: notes with drive files, follows, timeline.

Every request is a POST with JSON. Notes have no idempotency key and cannot be edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api import THROTTLED_FOR, ApiClient, json_object
from syndication.connectors.api_connector import ApiConnector, form_file
from syndication.connectors.base import (
    KINDS,
    Audience,
    Candidates,
    Friend,
    FriendPage,
    Kind,
    Limits,
    OutgoingPost,
    Photo,
    RateLimit,
    Receipt,
    RemoteFeedItem,
    RemotePost,
    Response,
    Terms,
)
from syndication.connectors.compose import find_candidates
from syndication.connectors.errors import ConnectorError, CopyGone, TryLater, Unauthorized
from syndication.connectors.misskey import reading
from syndication.connectors.paging import follow_pages, halved_counts, with_fewer_entries
from syndication.connectors.uploads import post_with_uploads

VISIBILITY: Mapping[Audience, str] = {"everyone": "public", "friends": "followers"}
PAGE = 100
MOST_PAGES = 600  # of one reading; whoever reads may stop before
MOST_READ_BACK = 600  # notes; nobody may write more than 300 in an hour

_DEAD = {"AUTHENTICATION_FAILED", "CREDENTIAL_REQUIRED", "YOUR_ACCOUNT_SUSPENDED"}

_USUAL = Limits(
    text=3000, photos=16, photo_bytes=10_000_000, photo_types=("image/jpeg", "image/png")
)


class MisskeyApi(ApiClient):
    """API client for one account on one server. Errors: `{"error":{"message","code","id","kind"}}`."""

    def access_error(self, response: Response) -> Unauthorized | None:
        code = _error(response).get("code")
        if code == "PERMISSION_DENIED":
            return Unauthorized(reasons.ACCESS_TOO_NARROW, scope="?", **self.log_fields(response))
        if response.status == 401 or code in _DEAD:
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return None

    def other_error(self, response: Response, *, is_write: bool) -> ConnectorError:
        if _error(response).get("code") == "NO_SUCH_NOTE":
            return CopyGone(reasons.COPY_GONE, **self.log_fields(response))
        if _error(response).get("code") == "RATE_LIMIT_EXCEEDED" and response.status == 400:
            return TryLater(reasons.SLOW_DOWN, after=THROTTLED_FOR, **self.log_fields(response))
        return super().other_error(response, is_write=is_write)

    def error_text(self, fields: Mapping[str, Any]) -> object:
        error = fields.get("error")
        return error.get("message") if isinstance(error, dict) else error

    def ask(self, path: str, **fields: Any) -> Any:
        """Send a POST that reads. Raises TryLater, Unauthorized, Rejected."""
        return self.upload("POST", path, json=fields, deadline=20.0)

    def list_pages(
        self, path: str, *, start: str = "", **fields: Any
    ) -> Iterator[tuple[list[Any], str]]:
        """Yield the pages of a list, newest first, each with the id below which the next begins ("" on
        the last). Raises as `ask` does."""

        def page(below: str) -> tuple[list[Any], str]:
            found = self.entries(path, **fields, **({"untilId": below} if below else {}))
            last: Any = found[-1] if found else None
            return found, parsing.valid_id(last.get("id")) if _is_object(last) else ""

        return follow_pages(page, start, most=MOST_PAGES)

    def entries(self, path: str, **fields: Any) -> list[Any]:
        """Return one page of a list, as large as one answer can hold. Raises as `ask` does."""
        return self.as_list(
            with_fewer_entries(
                halved_counts(PAGE), lambda count: self.ask(path, limit=count, **fields)
            )
        )


class Misskey(ApiConnector[MisskeyApi]):
    """One account on one server. Remote ids are the server's ids of notes."""

    key = "misskey"
    name = "Misskey"
    api_class = MisskeyApi
    has_local_ids = True
    limits = dict.fromkeys(KINDS, _USUAL)
    audiences = dict.fromkeys(KINDS, frozenset(VISIBILITY))
    followers_read = frozenset[Audience]({"friends"})
    can_delete = frozenset[Kind](KINDS)
    can_reconcile = frozenset[Kind](KINDS)
    reconcile_delay = 30.0
    seconds_between_equals = 65.0  # misskey.io gives the first note for 60 s
    upload_lifetime = 30 * 86400.0  # files stay in the drive
    rate_limit_per_link = RateLimit(300, 3600)
    permissions_page = "/settings/apps"

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. There is no idempotency key, so a lost answer has to be looked up."""
        shown, photos = self.compose(post)
        self.check_follow_approval(post, self._approves)
        body: dict[str, Any] = {"visibility": VISIBILITY[post.audience]}
        if shown.text:
            body["text"] = shown.text

        def send() -> Any:
            files = {"fileIds": [self._upload(photo) for photo in photos]} if photos else {}
            return self.api.write("POST", "/api/notes/create", json={**body, **files})

        answer = post_with_uploads(self.uploads, send)
        remote_id = self.api.created_id(parsing.object_at(answer, "createdNote"))
        return Receipt(remote_id, url=reading.note_address(self.app.api_url, remote_id))

    def retract(self, receipt: Receipt) -> None:
        try:
            self.api.remove("POST", "/api/notes/delete", json={"noteId": receipt.remote_id})
        except CopyGone:
            return

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        shown, notes = self.preview(post).text, list(self._own_notes(since))
        oldest = next(filter(None, reversed(notes)), None)
        is_whole = len(notes) < MOST_READ_BACK or bool(oldest and oldest.created_at < since)
        return find_candidates(notes, shown, since=since, is_whole=is_whole)

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the accounts followed. `start` is the id of a row."""
        me = self.own_id()
        for rows, below in self.api.list_pages("/api/users/following", userId=me, start=start):
            people = [row.get("followee") for row in filter(_is_object, rows)]
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

    def _own_notes(self, since: float) -> Iterator[RemotePost | None]:
        """Yield the account's notes, newest first, back to `since`; None for an unreadable one."""
        count = 0
        path, me = "/api/users/notes", self.own_id()
        for page, _ in self.api.list_pages(path, userId=me, withRenotes=False):
            notes = [reading.parse_misskey_note(each, self.app.api_url) for each in page]
            found = [each for each in notes if each is not None]
            yield from notes
            count += len(page)
            if count >= MOST_READ_BACK or (found and found[-1].created_at < since):
                return


def _error(response: Response) -> Mapping[str, Any]:
    return parsing.object_at(json_object(response), "error")


def _is_object(value: object) -> bool:
    return isinstance(value, dict)
