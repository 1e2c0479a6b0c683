"""The connector for Twitter (X), API v2. It knows no key for a repeat and takes no text twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, ClassVar

from syndication.connectors.api import fewer, part
from syndication.connectors.base import (
    KINDS,
    Audience,
    Budget,
    Candidates,
    Connector,
    Credentials,
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
)
from syndication.connectors.compose import OneText, candidates
from syndication.connectors.twins import Duplicate, check_twins
from syndication.connectors.twitter import reading
from syndication.connectors.twitter.wire import Wire
from syndication.connectors.uploads import with_uploads

SECONDS_OF_TOKEN = 7200.0
MOST_PAGES = 20  # of one reading; whoever reads may stop before
FEWEST = 5  # that `max_results` may be

LIMITS: Mapping[Kind, Limits] = dict.fromkeys(
    KINDS, Limits(text=280, unit="weighted", photos=4, photo_bytes=5_000_000, photo_pixels=4096)
)
AUDIENCES: Mapping[Kind, frozenset[Audience]] = dict.fromkeys(KINDS, frozenset({"everyone"}))
COMPOSER = OneText(LIMITS, AUDIENCES)


class Twitter(Connector):
    """One account. Remote ids are those of posts."""

    key = "twitter"
    name = "Twitter/X"
    limits: ClassVar[Mapping[Kind, Limits]] = LIMITS
    # An account's posts are for everybody or, all of them, for its followers: no choice for one.
    audiences: ClassVar[Mapping[Kind, frozenset[Audience]]] = AUDIENCES
    can_delete: ClassVar[frozenset[Kind]] = frozenset(KINDS)
    can_read_back: ClassVar[frozenset[Kind]] = frozenset(KINDS)
    timeline_lags: ClassVar[bool] = True
    uploads_last: ClassVar[float] = 20 * 3600.0  # media ids end after a day
    needs_scope: ClassVar[Mapping[Kind, str]] = {
        "status": "tweet.write",
        "note": "tweet.write",
        "photo": "media.write",
        "link": "tweet.write",
    }
    address_costs: ClassVar[bool] = True  # 0.20 instead of 0.015 dollars, as of 2026
    budget_of_link: ClassVar[Budget | None] = Budget(100, 900)
    budget_of_network: ClassVar[Budget | None] = Budget(10_000, 86_400)
    can_revoke: ClassVar[bool] = True

    @cached_property
    def _wire(self) -> Wire:
        return Wire(self.credentials, http=self.http, app=self.app, clock=self.clock)

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        return COMPOSER.preview(post)

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. Raises NoVerdict for a text that stands there since a moment ago: it may be
        this one, whose answer was lost."""
        shown, photos = COMPOSER.made(post)
        body: dict[str, object] = {"text": shown.text} if shown.text else {}

        def send() -> Any:
            media = {"media": {"media_ids": [self._upload(each) for each in photos]}}
            return self._wire.write("POST", "/tweets", json={**body, **(media if photos else {})})

        try:
            answer = with_uploads(self.uploads, send)
        except Duplicate as refusal:
            check_twins(self, post, refusal)
            raise
        data = answer.get("data") if isinstance(answer, dict) else None
        remote_id = reading.word(data.get("id")) if isinstance(data, dict) else ""
        if not remote_id:
            raise self._wire.unreadable(is_write=True)
        return Receipt(remote_id, url=reading.post_address(remote_id))

    def retract(self, receipt: Receipt) -> None:
        self._wire.remove("DELETE", f"/tweets/{part(receipt.remote_id)}")

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        return candidates(self._own_posts(since), self.preview(post).text, since=since)

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Whom the account follows. `start` is a page's token."""
        path = f"/users/{part(self._own_id())}/following"
        fields = {"user.fields": "profile_image_url"}
        for page, token in self._pages(path, fields, most=1000, start=start):
            people = map(reading.person, reading.rows(page) or [])
            yield FriendPage(tuple(filter(None, people)), token)

    def feed(self, *, since: str = "") -> Iterator[FeedItem]:
        """Nothing unless the site pays for it: each post that is read is charged."""
        if self.app.more.get("pull_feed", "").lower() not in {"yes", "1", "true", "on"}:
            return
        params = {
            "expansions": "author_id,attachments.media_keys,attachments.poll_ids",
            "tweet.fields": "created_at,entities,attachments",
            "media.fields": "type,alt_text",
            "user.fields": "profile_image_url",
            **({"since_id": since} if reading.word(since) else {}),
        }
        me = self._own_id()
        path = f"/users/{part(me)}/timelines/reverse_chronological"
        answer, _ = next(self._pages(path, params, most=100))
        yield from (item for item in reading.items(answer) if item.author.uid != me)

    def profile(self) -> Friend:
        answer = self._wire.read("/users/me", {"user.fields": "profile_image_url"})
        person = reading.person(answer.get("data")) if isinstance(answer, dict) else None
        if person is None:
            raise self._wire.unreadable(is_write=False)
        return person

    def refresh(self) -> Credentials:
        """The refresh token is used up by this: keep what comes back before anything else."""
        found = self._wire.refreshed()
        seconds, newer = found.get("expires_in"), found.get("refresh_token")
        lasts = float(seconds) if isinstance(seconds, int | float) else SECONDS_OF_TOKEN
        return replace(
            self.credentials,
            access_token=found["access_token"],
            refresh_token=newer if isinstance(newer, str) else self.credentials.refresh_token,
            expires_at=self.clock() + lasts,
        )

    def revoke(self) -> None:
        """Both tokens, since neither is said to take the other along.

        https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token, step 6.
        """
        held = self.credentials
        self._wire.revoked(held.refresh_token, held.access_token)

    def _own_id(self) -> str:
        return reading.word(self.credentials.uid) or self.profile().uid

    def _upload(self, photo: Photo) -> str:
        """The id of a picture that was handed over, now or by an earlier try, with its description."""
        kept = self.uploads.get(photo) or self._handed_over(photo)
        if photo.alt and not kept["is_described"]:
            words = {"alt_text": {"text": photo.alt[:1000]}}
            described = {"id": kept["id"], "metadata": words}
            self._wire.upload("POST", "/media/metadata", json=described, deadline=20.0)
            self.uploads.put(photo, {**kept, "is_described": True})
        return str(kept["id"])

    def _handed_over(self, photo: Photo) -> dict[str, Any]:
        answer = self._wire.upload(
            "POST",
            "/media/upload",
            files=[("media", ("photo.jpg", photo.content, photo.content_type))],
            data={"media_category": "tweet_image", "media_type": photo.content_type},
        )
        data = answer.get("data") if isinstance(answer, dict) else None
        ident = reading.word(data.get("id")) if isinstance(data, dict) else ""
        if not ident:
            raise self._wire.unreadable(is_write=False)
        kept = {"id": ident, "is_described": False}
        self.uploads.put(photo, kept)
        return kept

    def _own_posts(self, since: float) -> Iterator[RemotePost | None]:
        """Newest first, back to `since`; None for what cannot be read."""
        path = f"/users/{part(self._own_id())}/tweets"
        fields = {"exclude": "retweets", "tweet.fields": "created_at,entities"}
        if since > 0:
            moment = datetime.fromtimestamp(int(since), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            fields["start_time"] = moment
        for page, _ in self._pages(path, fields, most=100):
            yield from map(reading.post, reading.rows(page) or [])

    def _pages(
        self, path: str, fields: Mapping[str, str], *, most: int, start: str = ""
    ) -> Iterator[tuple[Mapping[str, object], str]]:
        """The pages of a list, each with the token of the next ("" on the last). Raises TryLater,
        Unauthorized, Rejected."""
        token, seen = start, {start}
        for _ in range(MOST_PAGES):
            params = {**fields, **({"pagination_token": token} if token else {})}
            counts = [most, most // 2, most // 4, most // 10, FEWEST]
            answer = fewer(counts, partial(self._page_of, path, params))
            token = reading.next_token(answer)
            if token in seen:
                token = ""
            seen.add(token)
            yield answer, token
            if not token:
                return

    def _page_of(self, path: str, params: Mapping[str, str], count: int) -> Mapping[str, object]:
        answer: Mapping[str, object] = self._wire.read(path, {**params, "max_results": str(count)})
        if reading.rows(answer) is None:
            raise self._wire.unreadable(is_write=False)
        return answer
