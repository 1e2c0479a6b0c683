"""Connector for Mastodon: statuses with pictures, replies, follows, home timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api import GONE, quote_segment
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
    ReplyTarget,
    SubjectKind,
    Terms,
    WireAudience,
)
from syndication.connectors.compose import TextComposer
from syndication.connectors.errors import (
    CopyGone,
    OutcomeUnknown,
    Rejected,
    TextRejected,
    TryLater,
    Unauthorized,
    Unreachable,
)
from syndication.connectors.mastodon import reading
from syndication.connectors.mastodon.api import INSTANCE, ME, MastodonApi
from syndication.connectors.mastodon.own_statuses import OwnMastodonStatuses, OwnWords
from syndication.connectors.mastodon.presentation import is_presented, is_warned, presentation
from syndication.connectors.mastodon.uploads import MastodonUploads
from syndication.connectors.media import with_first_photos
from syndication.connectors.text import (
    comparable_core,
    mastodon_count,
    may_be_rewritten,
    normalise,
    strict_count,
)
from syndication.connectors.uploads import post_with_uploads

VISIBILITY: Mapping[WireAudience, str] = {"everyone": "public", "friends": "private"}
ALL: tuple[SubjectKind, ...] = (*KINDS, "reply")
SAID_TWICE = 422  # GoToSocial: "status was not changed"

# The limits of a server that states none: https://docs.joinmastodon.org/user/posting/.
_USUAL = Limits(
    text=500,
    unit="mastodon",
    photos=4,
    photo_bytes=8_000_000,
    photo_pixels=2048,
    photo_types=("image/jpeg", "image/png"),
)


class Mastodon(MastodonUploads):
    """One account on one server. Remote ids are the server's ids of statuses."""

    key = "mastodon"
    name = "Mastodon"
    api_class = MastodonApi
    has_local_ids = True
    has_handles = True
    limits = dict.fromkeys(ALL, _USUAL)
    audiences = dict.fromkeys(ALL, frozenset(VISIBILITY)) | {"reply": EVERYONE_ONLY}
    followers_read = frozenset[WireAudience]({"friends"})
    can_delete = frozenset[SubjectKind](ALL)
    can_edit = frozenset[SubjectKind](KINDS)
    can_reconcile = frozenset[SubjectKind](ALL)
    brings_replies = frozenset[SubjectKind](ALL)
    brings_likes = frozenset[SubjectKind](ALL)
    reconcile_delay = 30.0
    rate_limit_per_link = RateLimit(300, 300)
    counts_differ = True
    upload_lifetime = 20 * 3600.0  # what no status names is deleted after a day
    can_revoke = True

    @classmethod
    def composer(cls, terms: Terms | None) -> TextComposer:
        if terms is None:
            return _COMPOSER
        limits = replace(
            _USUAL,
            text=terms.text or _USUAL.text,
            photos=0 if terms.no_photos else terms.photos or _USUAL.photos,
            photo_bytes=min(terms.photo_bytes or _USUAL.photo_bytes, _USUAL.photo_bytes),
        )
        usual = mastodon_count(terms.address) if terms.text else None
        count = strict_count(terms.address) if terms.counts_code_points else usual
        return replace(_COMPOSER, limits=dict.fromkeys(ALL, limits), count=count)

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. Not every server supports the key, so a lost answer is looked up all the same."""
        shown, photos = self.compose(post)
        self.check_follow_approval(post, self._approves)
        body = {"status": shown.text, **self._addressing_fields(post), **presentation(shown, post)}
        headers = {"Idempotency-Key": idempotency_key}

        def send() -> Receipt:
            whole = {**body, "media_ids": [self.upload(photo) for photo in photos]}
            answer = self.api.write("POST", "/api/v1/statuses", json=whole, headers=headers)
            return self._receipt(answer, post.reply_to)

        try:
            return post_with_uploads(self.uploads, send)
        except Rejected as error:
            if post.reply_to:
                self.check_parent(error, post.reply_to.remote_id)
            raise

    def _addressing_fields(self, post: OutgoingPost) -> Mapping[str, object]:
        """Return the fields of a request that say who sees `post`, and what it answers."""
        if post.reply_to is not None:
            return self.reply_fields(post.reply_to, post.visibility)
        return {"visibility": VISIBILITY[post.audience]}

    def amend(self, receipt: Receipt, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Edit the status, repeating its pictures, which an edit would drop. A copy without any links to them.

        A copy that has the text already is left as it is: the answer to an earlier try was lost, and
        GoToSocial answers 422 to a repeated edit.
        """
        self.check_follow_approval(post, self._approves)
        path = f"/api/v1/statuses/{quote_segment(receipt.remote_id)}"
        try:
            standing = self.api.as_object(self.api.read(path))
            if not post.replaces_photos:
                post = with_first_photos(len(reading.media_descriptions(standing)), post)
            shown, photos = self.compose(post)

            def send() -> Any:
                return self._changed(
                    path, standing, shown, post, self._media(standing, post, photos)
                )

            answer = post_with_uploads(self.uploads, send)
            return replace(self._receipt(answer), dropped=shown.dropped)
        except (Rejected, OutcomeUnknown, TryLater) as error:
            is_no = isinstance(error, Rejected)
            if error.status in GONE and (is_no or self.api.is_gone(path)):
                raise CopyGone(reasons.COPY_GONE, status=error.status) from error
            raise

    def _media(
        self, standing: Mapping[str, Any], post: OutgoingPost, photos: tuple[Photo, ...]
    ) -> dict[str, str]:
        """Return the ids and descriptions of the pictures that the status is to have, in their order."""
        if post.replaces_photos:
            return {self.upload(photo): photo.alt for photo in photos}
        pictures = reading.media_descriptions(standing)
        return pictures | dict(zip(pictures, (photo.alt for photo in post.photos), strict=False))

    def _changed(
        self,
        path: str,
        standing: Mapping[str, Any],
        shown: Preview,
        post: OutgoingPost,
        media: Mapping[str, str],
    ) -> Any:
        """Edit the status at `path`, which was `standing`, to read as `shown` with these pictures."""
        words = reading.parse_mastodon_text(reading.with_whole_addresses(standing.get("content")))
        pictures = reading.media_descriptions(standing)
        has_media = list(media.items()) == list(pictures.items())
        is_so = is_presented(standing, shown, post)
        if normalise(words) == normalise(shown.text) and has_media and is_so:
            return standing
        described = {} if post.replaces_photos else media  # an upload has its description
        body = {
            "status": shown.text,
            "media_ids": list(media),
            "media_attributes": [
                {"id": ident, "description": alt} for ident, alt in described.items()
            ],
            **presentation(shown, post),
        }
        try:
            return self.api.write("PUT", path, json=body)
        except Rejected as error:
            is_same = comparable_core(words) == comparable_core(shown.text)
            is_repeat = error.status == SAID_TWICE and is_same and is_warned(standing, shown)
            if is_repeat and not isinstance(error, TextRejected):
                return standing
            raise

    def retract(self, receipt: Receipt) -> None:
        self.api.remove("DELETE", f"/api/v1/statuses/{quote_segment(receipt.remote_id)}")

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        """Search two lists for what is not public, since some servers show it in one alone. Not
        conclusive for a text that the server may rewrite."""
        words = OwnWords(self.preview(post).text, post.reply_to)
        visibility = str(self._addressing_fields(post)["visibility"])
        is_public = visibility in ("public", "unlisted")
        own = OwnMastodonStatuses(self.api, self.own_id(), since)
        own.read()
        found = words.find(own.posts.values(), since)
        if not found.exact and not is_public:
            own.read_home()
            found = words.find(own.posts.values(), since)
        is_shown = own.is_whole and not own.has_unread and (is_public or visibility in own.shown)
        is_sure = found.is_conclusive and is_shown and not may_be_rewritten(words.typed)
        return replace(found, is_conclusive=is_sure)

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the accounts followed. `start` is the query of a page."""
        path = f"/api/v1/accounts/{quote_segment(self.own_id())}/following"
        for page, following in self.api.list_pages(path, {}, most=80, start=start):
            yield FriendPage(tuple(filter(None, map(self.parse_friend, page))), following)

    def feed(self, *, since: str = "") -> Iterator[RemoteFeedItem]:
        """Yield posts above `min_id`; without it, the newest page."""

        def page(above: str) -> list[RemoteFeedItem]:
            newer = {"min_id": above} if above else {}
            found, _ = next(self.api.list_pages("/api/v1/timelines/home", newer, most=40))
            items = (reading.parse_mastodon_feed_item(one, self.host) for one in reversed(found))
            return [each for each in items if each]

        return self.feed_of_others(parsing.valid_id(since), page)

    def parse_friend(self, entry: Any) -> Friend | None:
        return reading.parse_mastodon_account(entry, self.host)

    def terms(self) -> Terms:
        """Read the server's limits from v2, or v1 on other software, and whether followers are approved."""
        return reading.parse_mastodon_terms(self._instance(), self.fetch_account())

    def revoke(self) -> None:
        """https://docs.joinmastodon.org/methods/oauth/#revoke: only the registered client may.

        A member who consents again before that gets the same token, not another
        (https://github.com/mastodon/mastodon/blob/main/config/initializers/doorkeeper.rb).
        """
        form = {
            "client_id": self.app.client_id,
            "client_secret": self.app.client_secret,
            "token": self.credentials.access_token,
        }
        url = f"{self.app.api_url}/oauth/revoke"
        self.api.check_revoked(self.api.send("POST", url, is_write=False, data=form))

    def _instance(self) -> Mapping[str, Any]:
        """Read v1 where v2 gives no usable answer: a 404 page, a 500, or a 401 for an unknown address.
        Neither decides about the access: both are public."""
        try:
            found = self.api.read("/api/v2/instance")
        except Unreachable:
            raise
        except (Rejected, TryLater, Unauthorized):
            found = None
        if not isinstance(found, dict):
            found = self._instance_v1()
        return found if isinstance(found, dict) else {}

    def _instance_v1(self) -> Any:
        try:
            return self.api.read(INSTANCE)
        except Unauthorized as error:
            raise TryLater(reasons.IN_TROUBLE, status=error.status) from error

    def fetch_account(self) -> Mapping[str, Any]:
        return self.api.as_object(self.api.read(ME))

    def _approves(self) -> bool:
        return self.fetch_account().get("locked") is True

    def _receipt(self, answer: Any, target: ReplyTarget | None = None) -> Receipt:
        """Return the receipt. snac and Takahē post a reply anew whose parent they do not know."""
        remote_id, url = self.api.created_id(answer), parsing.valid_url(answer.get("url"))
        if target is None or "in_reply_to_id" not in answer:
            return Receipt(remote_id, url=url)
        parent = parsing.valid_id(answer["in_reply_to_id"])
        return Receipt(remote_id, url=url, parent_id=parent, is_stray=parent != target.remote_id)


# A reply tells the parent's author only where its text mentions the account.
_COMPOSER = TextComposer(
    Mastodon.limits, Mastodon.audiences, names_author=True, has_warning=True, counts_warning=True
)
