"""Replies and favourites on GNU social, in the API of 2010 and what the server adds to it.

Nothing is counted, and nothing tells who favourited a notice: threads are read by the number of their
conversation. A reply has the readers of its parent, by the server's own rule, and its author is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api import GONE, quote_segment
from syndication.connectors.api_connector import ApiConnector
from syndication.connectors.base import (
    PostActivity,
    Receipt,
    ReceivedReply,
    ReplyTarget,
    Visibility,
)
from syndication.connectors.errors import (
    ConnectorError,
    Rejected,
    ResponseTooLarge,
    TargetGone,
    TryLater,
)
from syndication.connectors.gnusocial import reading
from syndication.connectors.gnusocial.api import MIN_PAGE_SIZE, GnusocialApi
from syndication.connectors.reasons import Reason

MAX_READ = 500  # notices of one conversation, the newest
NO_ACCESS = 403  # also to a repeated favourite


class GnusocialInteractions(ApiConnector[GnusocialApi]):
    """What concerns conversations and favourites."""

    can_like = True
    counts_replies = False

    @classmethod
    def reply_visibility(cls, parent: Visibility) -> Visibility:
        return "inherited"

    def read_target(self, remote_id: str) -> ReplyTarget:
        target = reading.parse_gnusocial_target(self._show(remote_id), self.app.api_url)
        if target is None:
            raise self.api.unreadable_error(is_write=False)
        return target

    def like(self, target: ReplyTarget, *, idempotency_key: str) -> Receipt:
        """Favourite the notice. A repeat is refused by 403 in the server's own language, so the notice says
        whether it is one."""
        self._press("create", target.remote_id, is_favourite=True)
        return Receipt("")

    def unlike(self, target_id: str, receipt: Receipt) -> None:
        try:
            self._press("destroy", target_id, is_favourite=False)
        except TargetGone as error:
            if error.reason != reasons.TARGET_GONE:
                raise

    def own_activity(self, *, since: float) -> Iterator[PostActivity]:
        for entry in self.own_entries(since):
            found = reading.parse_gnusocial_activity(entry)
            at = parsing.parse_2010_time(parsing.value_at(entry, "created_at"))
            if found and at is not None and at >= int(since):
                yield found

    def replies(self, post: PostActivity) -> Iterator[ReceivedReply]:
        """Yield the direct replies among the newest notices of the conversation, oldest first."""
        thread = post.thread or reading.conversation_of(self._show(post.remote_id))
        entries, is_cut = self._conversation(thread, post.remote_id) if thread else ([], False)
        found = [reading.parse_gnusocial_reply(each, self.app.api_url) for each in entries]
        direct = [each for each in found if each and each.parent_id == post.remote_id]
        yield from sorted(direct, key=lambda each: int(each.remote_id))
        if is_cut:
            raise ResponseTooLarge(reasons.UNREADABLE)

    def own_entries(self, since: float) -> Iterator[Any]:
        """Yield the account's notices as the server writes them, newest first, back to `since`."""
        path = "/api/statuses/user_timeline.json"
        for page in self.api.lists_below(path):
            yield from page
            posts = [reading.parse_gnusocial_status(each, self.app.api_url) for each in page]
            found = [each for each in posts if each]
            if not found or found[-1].created_at < since:
                return

    def check_parent(self, error: Rejected, remote_id: str) -> None:
        """Raise TargetGone where the parent of a refused reply is gone or closed, TryLater where it stands."""
        if error.status in GONE:
            self.read_target(remote_id)
            raise TryLater(reasons.IN_TROUBLE, status=error.status) from error
        if error.status == NO_ACCESS:
            raise _target_error(reasons.TARGET_CLOSED, error) from error

    def _conversation(self, thread: str, above: str) -> tuple[list[Any], bool]:
        """Return the notices of a conversation, newest first, back to the notice `above`, and whether older
        ones may be left."""
        path = f"/api/statusnet/conversation/{quote_segment(thread)}.json"
        entries: list[Any] = []
        page: list[Any] = []
        newer = {"since_id": above} if reading.valid_gnusocial_id(above) else {}
        try:
            for page in self.api.lists_below(path, **newer):
                entries += page
                if len(entries) >= MAX_READ:
                    break
        except Rejected as error:
            _check_gone(error)
            raise
        is_cut = len(page) >= MIN_PAGE_SIZE or len(entries) > MAX_READ
        return entries[:MAX_READ], is_cut

    def _show(self, remote_id: str) -> dict[str, Any]:
        """Read a notice. Raises TargetGone where it is gone or hidden from the account."""
        path = f"/api/statuses/show/{quote_segment(remote_id)}.json"
        try:
            return self.api.as_object(self.api.read(path))
        except Rejected as error:
            _check_gone(error)
            raise

    def _press(self, button: str, remote_id: str, *, is_favourite: bool) -> None:
        path = f"/api/favorites/{button}/{quote_segment(remote_id)}.json"
        try:
            self.api.created_id(self.api.write("POST", path), reading.valid_gnusocial_id)
        except Rejected as error:
            is_so = self._show(remote_id).get("favorited") is is_favourite
            if error.status != NO_ACCESS or not is_so:
                raise _target_error(reasons.TARGET_CLOSED, error) from error


def _check_gone(error: Rejected) -> None:
    """Raise TargetGone where a notice is gone or hidden, as the API itself says."""
    if error.status in (*GONE, NO_ACCESS):
        raise _target_error(reasons.TARGET_GONE, error) from error


def _target_error(reason: Reason, error: ConnectorError) -> TargetGone:
    return TargetGone(reason, status=error.status, excerpt=error.excerpt, message=error.message)
