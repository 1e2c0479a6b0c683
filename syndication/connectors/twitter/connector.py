"""Connector for Twitter (X), API v2. No idempotency key; equal texts are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from syndication.connectors import parsing
from syndication.connectors.api import quote_segment
from syndication.connectors.api_connector import ApiConnector
from syndication.connectors.base import (
    EVERYONE_ONLY,
    KINDS,
    Credentials,
    Friend,
    FriendPage,
    Limits,
    OutgoingPost,
    Photo,
    RateLimit,
    Receipt,
    RemoteFeedItem,
    RemotePost,
    SubjectKind,
    Terms,
)
from syndication.connectors.compose import TextComposer
from syndication.connectors.duplicates import DuplicateRejected, check_own_duplicate
from syndication.connectors.paging import follow_pages, with_fewer_entries
from syndication.connectors.twitter import reading
from syndication.connectors.twitter.api import TwitterApi
from syndication.connectors.uploads import post_with_uploads

SECONDS_OF_TOKEN = 7200.0
MAX_PAGES = 20  # of one reading; whoever reads may stop before
FEWEST = 5  # that `max_results` may be

LIMITS: Mapping[SubjectKind, Limits] = dict.fromkeys(
    KINDS, Limits(text=280, unit="weighted", photos=4, photo_bytes=5_000_000, photo_pixels=4096)
)


class Twitter(ApiConnector[TwitterApi]):
    """One account. Remote ids are those of posts."""

    key = "twitter"
    name = "Twitter/X"
    api_class = TwitterApi
    limits = LIMITS
    # Visibility is set for a whole account, not for a single post.
    audiences = dict.fromkeys(KINDS, EVERYONE_ONLY)
    can_delete = frozenset[SubjectKind](KINDS)
    can_reconcile = frozenset[SubjectKind](KINDS)
    timeline_lags = True
    upload_lifetime = 20 * 3600.0  # media ids end after a day
    needs_scope = {
        "status": "tweet.write",
        "note": "tweet.write",
        "photo": "media.write",
        "link": "tweet.write",
    }
    photos_need_scope = "media.write"
    address_costs = True  # 0.20 instead of 0.015 dollars, as of 2026
    rate_limit_per_link = RateLimit(100, 900)
    rate_limit_per_network = RateLimit(10_000, 86_400)
    can_revoke = True

    @classmethod
    def composer(cls, terms: Terms | None) -> TextComposer:
        return replace(super().composer(terms), reads_dots=False)  # @taro.example names @taro

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. Raises OutcomeUnknown for a text that was posted a moment ago: it may be this
        one, whose answer was lost."""
        shown, photos = self.compose(post)
        body: dict[str, object] = {"text": shown.text} if shown.text else {}

        def send() -> Any:
            media = {"media": {"media_ids": [self._upload(each) for each in photos]}}
            return self.api.write("POST", "/tweets", json={**body, **(media if photos else {})})

        try:
            answer = post_with_uploads(self.uploads, send)
        except DuplicateRejected as refusal:
            check_own_duplicate(self, post, refusal)
            raise
        remote_id = self.api.created_id(parsing.object_at(answer, "data"), reading.valid_twitter_id)
        return Receipt(remote_id, url=reading.tweet_address(remote_id))

    def retract(self, receipt: Receipt) -> None:
        self.api.remove("DELETE", f"/tweets/{quote_segment(receipt.remote_id)}")

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the accounts followed. `start` is a page's token."""
        path = f"/users/{quote_segment(self.own_id())}/following"
        fields = {"user.fields": "profile_image_url"}
        for page, token in self._pages(path, fields, most=1000, start=start):
            people = map(reading.parse_twitter_user, reading.twitter_data(page) or [])
            yield FriendPage(tuple(filter(None, people)), token)

    def feed(self, *, since: str = "") -> Iterator[RemoteFeedItem]:
        """Yield the home timeline, only where the site pays for it: each post read is charged."""
        if self.app.more.get("pull_feed", "").lower() not in {"yes", "1", "true", "on"}:
            return
        params = {
            "expansions": "author_id,attachments.media_keys,attachments.poll_ids",
            "tweet.fields": "created_at,entities,attachments",
            "media.fields": "type,alt_text",
            "user.fields": "profile_image_url",
            **({"since_id": since} if reading.valid_twitter_id(since) else {}),
        }
        me = self.own_id()
        path = f"/users/{quote_segment(me)}/timelines/reverse_chronological"
        answer, _ = next(self._pages(path, params, most=100))
        yield from (item for item in reading.parse_twitter_feed(answer) if item.author.uid != me)

    def fetch_account(self) -> Any:
        found = self.api.read("/users/me", {"user.fields": "profile_image_url"})
        return parsing.object_at(found, "data")

    def id_from_uid(self, uid: str) -> str:
        return reading.valid_twitter_id(uid)

    def parse_friend(self, entry: Any) -> Friend | None:
        return reading.parse_twitter_user(entry)

    def refresh(self) -> Credentials:
        """Refresh. The old refresh token is used up: store the new credentials before anything else."""
        found = self.api.refresh_tokens()
        seconds, newer = found.get("expires_in"), found.get("refresh_token")
        lasts = float(seconds) if isinstance(seconds, int | float) else SECONDS_OF_TOKEN
        return replace(
            self.credentials,
            access_token=found["access_token"],
            refresh_token=newer if isinstance(newer, str) else self.credentials.refresh_token,
            expires_at=self.clock() + lasts,
        )

    def revoke(self) -> None:
        """Revoke both tokens, since revoking one is not documented to revoke the other.

        https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token, step 6.
        """
        held = self.credentials
        self.api.revoke_tokens(held.refresh_token, held.access_token)

    def _upload(self, photo: Photo) -> str:
        """Return the id of a picture with its description, uploaded now or by an earlier try."""
        kept = self.uploads.get(photo) or self._handed_over(photo)
        if photo.alt and not kept["is_described"]:
            words = {"alt_text": {"text": photo.alt[:1000]}}
            described = {"id": kept["id"], "metadata": words}
            self.api.upload("POST", "/media/metadata", json=described, deadline=20.0)
            self.uploads.put(photo, {**kept, "is_described": True})
        return str(kept["id"])

    def _handed_over(self, photo: Photo) -> dict[str, Any]:
        answer = self.api.upload(
            "POST",
            "/media/upload",
            files=[("media", ("photo.jpg", photo.content, photo.content_type))],
            data={"media_category": "tweet_image", "media_type": photo.content_type},
        )
        ident = self.api.created_id(
            parsing.object_at(answer, "data"), reading.valid_twitter_id, is_write=False
        )
        kept = {"id": ident, "is_described": False}
        self.uploads.put(photo, kept)
        return kept

    def own_posts(self, since: float) -> Iterator[RemotePost | None]:
        """Yield the account's posts, newest first, back to `since`; None for an unreadable one."""
        path = f"/users/{quote_segment(self.own_id())}/tweets"
        fields = {"exclude": "retweets", "tweet.fields": "created_at,entities"}
        if since > 0:
            moment = datetime.fromtimestamp(int(since), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            fields["start_time"] = moment
        for page, _ in self._pages(path, fields, most=100):
            yield from map(reading.parse_tweet, reading.twitter_data(page) or [])

    def _pages(
        self, path: str, fields: Mapping[str, str], *, most: int, start: str = ""
    ) -> Iterator[tuple[Mapping[str, object], str]]:
        """Yield the pages of a list, each with the token of the next ("" on the last). Raises TryLater,
        Unauthorized, Rejected."""

        def page(token: str) -> tuple[Mapping[str, object], str]:
            params = {**fields, **({"pagination_token": token} if token else {})}
            counts = [most, most // 2, most // 4, most // 10, FEWEST]
            answer = with_fewer_entries(counts, partial(self._page_of, path, params))
            return answer, reading.next_token(answer)

        return follow_pages(page, start, most=MAX_PAGES)

    def _page_of(self, path: str, params: Mapping[str, str], count: int) -> Mapping[str, object]:
        answer: Mapping[str, object] = self.api.read(path, {**params, "max_results": str(count)})
        self.api.as_list(reading.twitter_data(answer))
        return answer
