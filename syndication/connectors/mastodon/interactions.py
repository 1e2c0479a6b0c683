"""Replies and likes on Mastodon's API: read what came back, and who liked it; like a status.

https://docs.joinmastodon.org/methods/statuses/. Direct replies are those whose `in_reply_to_id` is the status:
`in_reply_to_account_id` skips self-replies and may be null (https://github.com/mastodon/mastodon/issues/34656).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from syndication.connectors import parsing, reasons
from syndication.connectors.api import GONE, quote_segment
from syndication.connectors.api_connector import ApiConnector
from syndication.connectors.base import (
    Friend,
    PostActivity,
    Receipt,
    ReceivedReply,
    ReplyTarget,
    Visibility,
)
from syndication.connectors.errors import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    ResponseTooLarge,
    TargetGone,
    TryLater,
    Unauthorized,
)
from syndication.connectors.mastodon import reading
from syndication.connectors.mastodon.api import ME, MastodonApi
from syndication.connectors.reasons import Reason

PAGE = 40
MAX_PAGES = 10  # of one's own statuses; more were not written within days
MAX_REPLIES = 500  # of one thread, the newest
MIN_CUT_THREAD = 40  # statuses of a thread from which on a server may have left some out
MAX_LIKES = 200  # some servers list all at once
LARGEST = 1_000_000  # bytes of one status
MAX_CONTEXT_BYTES = 8_000_000  # bytes: 4,096 statuses of 2,000
LIKE_SCOPE = "write:favourites"

# Never wider than the parent; what answers less than a public status is for the people answered alone.
REPLY_VISIBILITY: dict[Visibility, Visibility] = {"public": "unlisted", "unlisted": "unlisted"}
WRITTEN: Mapping[Visibility, str] = {name: key for key, name in reading.VISIBILITIES.items()}
NARROWEST_FIRST: tuple[Visibility, ...] = ("direct", "followers", "unlisted", "public")


class MastodonInteractions(ApiConnector[MastodonApi]):
    """What concerns threads and favourites."""

    needs_scope = {"like": LIKE_SCOPE}
    can_like = True

    @classmethod
    def reply_visibility(cls, parent: Visibility) -> Visibility:
        return REPLY_VISIBILITY.get(parent, "direct")

    @property
    def host(self) -> str:
        """The server's name, which completes the handles of its own accounts."""
        return urlsplit(self.app.api_url).netloc

    def read_target(self, remote_id: str) -> ReplyTarget:
        found = reading.parse_mastodon_target(self._read_of(remote_id), self.host)
        if found is None:
            raise self.api.unreadable_error(is_write=False)
        return found

    def like(self, target: ReplyTarget, *, idempotency_key: str) -> Receipt:
        """Favourite the status; a repeat is answered like the first. The like has no id of its own."""
        self._press(target.remote_id, "favourite")
        return Receipt("")

    def unlike(self, target_id: str, receipt: Receipt) -> None:
        try:
            self._press(target_id, "unfavourite")
        except TargetGone as error:
            if error.reason != reasons.TARGET_GONE:
                raise

    def own_activity(self, *, since: float) -> Iterator[PostActivity]:
        path = f"/api/v1/accounts/{quote_segment(self.own_id())}/statuses"
        pages = self.api.list_pages(path, {"exclude_reblogs": "true"}, most=PAGE)
        for number, (page, _) in enumerate(pages, start=1):
            written = [parsing.parse_time(parsing.value_at(each, "created_at")) for each in page]
            for entry, at in zip(page, written, strict=True):
                found = reading.parse_mastodon_activity(entry)
                if found and at is not None and at >= since:
                    yield found
            known = [at for at in written if at is not None]
            if number >= MAX_PAGES or not known or known[-1] < since:
                return

    def replies(self, post: PostActivity) -> Iterator[ReceivedReply]:
        """Yield the newest direct replies, oldest first. A thread beyond all measure has none to read, since
        its context cannot be read in parts. Some servers stop at about 50 (Takahē) and do not say so."""
        context = self._read_of(post.remote_id, "/context", max_bytes=MAX_CONTEXT_BYTES)
        entries = self.api.as_list(parsing.value_at(context, "descendants"))
        found = [reading.parse_mastodon_reply(each, self.host) for each in entries]
        direct = [each for each in found if each and each.parent_id == post.remote_id]
        yield from sorted(direct, key=lambda each: each.created_at)[-MAX_REPLIES:]
        has_all = post.replies is not None and len(direct) >= post.replies
        if len(direct) > MAX_REPLIES or (len(entries) >= MIN_CUT_THREAD and not has_all):
            raise ResponseTooLarge(reasons.UNREADABLE)

    def likes(self, post: PostActivity) -> Iterator[Friend]:
        path = f"/api/v1/statuses/{quote_segment(post.remote_id)}/favourited_by"
        page = self._first_page(post.remote_id, path)
        people = [reading.parse_mastodon_account(each, self.host) for each in page[:MAX_LIKES]]
        yield from filter(None, people)

    def check_gone(self, error: ConnectorError, remote_id: str) -> None:
        """Raise TargetGone where `error` means that the status is gone.

        A 404 alone proves nothing: it comes in passing (https://github.com/mastodon/mastodon/issues/21932), and
        from walls. So the server is asked twice more, and must answer other requests; those of this account,
        too, where its 404 is a page (snac).
        """
        path = f"/api/v1/statuses/{quote_segment(remote_id)}"
        if error.status not in GONE:
            return
        if not isinstance(error, Rejected):
            self.api.as_object(self.api.read(ME))
        if self.api.is_gone(path):
            raise _target_error(reasons.TARGET_GONE, error) from error

    def reply_fields(self, target: ReplyTarget, visibility: Visibility) -> dict[str, object]:
        """Return the fields of a reply: never more readers than the parent's, nor than were shown.

        `allowed_mentions` is on no page of the vendor, only in its code (statuses_controller.rb): Mastodon
        refuses with it what anybody else would be told of. Other software ignores it.
        """
        shown = self.reply_visibility(target.visibility), visibility or "public"
        narrower = next((each for each in NARROWEST_FIRST if each in shown), NARROWEST_FIRST[0])
        if narrower == "direct" and not target.author.handle:
            raise TargetGone(reasons.TARGET_CLOSED)  # nobody would be told of it
        return {
            "visibility": WRITTEN[narrower],
            "in_reply_to_id": target.remote_id,
            "allowed_mentions": [target.author.uid],
        }

    def check_parent(self, error: Rejected, remote_id: str) -> None:
        """Raise TargetGone where the parent of a refused reply is gone or closed, TryLater where it stands."""
        self.check_gone(error, remote_id)
        if error.status in GONE:
            raise TryLater(reasons.IN_TROUBLE, status=error.status) from error
        self.check_closed(error)

    def check_closed(self, error: ConnectorError) -> None:
        """Raise TargetGone where the server refuses this account's reply or like (GoToSocial: 403)."""
        if isinstance(error, Rejected) and error.status == 403:
            raise _target_error(reasons.TARGET_CLOSED, error) from error

    def _read_of(self, remote_id: str, rest: str = "", max_bytes: int = LARGEST) -> dict[str, Any]:
        """Read what is at the status, or below it. Raises TargetGone where it is gone."""
        path = f"/api/v1/statuses/{quote_segment(remote_id)}{rest}"
        try:
            return self.api.as_object(self.api.read_up_to(max_bytes, path))
        except (Rejected, TryLater) as error:
            self.check_gone(error, remote_id)
            raise

    def _first_page(self, remote_id: str, path: str) -> list[Any]:
        """Read a list that hangs at a status. Raises TargetGone where that is gone."""
        try:
            return next(self.api.list_pages(path, {}, most=80))[0]
        except (Rejected, TryLater) as error:
            self.check_gone(error, remote_id)
            raise

    def _press(self, remote_id: str, button: str) -> None:
        """Favourite the status, or take that back. The answer is the status."""
        path = f"/api/v1/statuses/{quote_segment(remote_id)}/{button}"
        try:
            self.api.created_id(self.api.write("POST", path))
        except Unauthorized as error:
            error.scope = LIKE_SCOPE if error.scope else ""
            raise
        except (Rejected, OutcomeUnknown) as error:
            self.check_gone(error, remote_id)
            self.check_closed(error)
            raise


def _target_error(reason: Reason, error: ConnectorError) -> TargetGone:
    return TargetGone(reason, status=error.status, excerpt=error.excerpt, message=error.message)
