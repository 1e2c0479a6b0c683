"""Read replies and likes of a link's copies: one listing, and the threads that may have grown.

A listing or thread that breaks off loses nothing: what was listed before is read, and a copy whose
thread was not read keeps its old counts, so that the next listing shows it as moved.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.utils import timezone

from syndication.connectors.base import Connector, PostActivity, ReceivedReply
from syndication.connectors.errors import (
    ConnectorError,
    Rejected,
    ResponseTooLarge,
    TryLater,
    Unauthorized,
    Unreachable,
    Unsupported,
)
from syndication.delivery.replies import schedule, storage
from syndication.delivery.replies.storage import CopyReading
from syndication.models import CopyActivity, Link, LinkImport

logger = logging.getLogger(__name__)

READING_SECONDS = 45.0  # of one import; copies that are left are read by the next
MAX_LISTED = 1000  # own posts of one listing
MARGIN = 3600.0  # seconds before the oldest copy at which a listing begins; clocks differ
MAX_FAILURES = 3  # threads of one import that may fail before it stops


@dataclass
class _Listing:
    """Own posts by their ids. `error`: it broke off, and copies that are missing may be there."""

    posts: dict[str, PostActivity] = field(default_factory=dict)
    error: ConnectorError | None = None


@dataclass(frozen=True)
class _CopyCheck:
    """One copy, what the listing said of it, and whether its step of the schedule has come."""

    activity: CopyActivity
    listed: PostActivity | None
    is_due: bool


def import_replies_and_likes(link_import: LinkImport, connector: Connector) -> datetime:
    """Import new replies and likes. Return when the import is due again. Raises the errors of connectors.errors."""
    link, now = Link.objects.get(pk=link_import.link_id), timezone.now()
    if not link.brings_replies:
        storage.forget_link(link)
        return now + schedule.IDLE
    watched = schedule.watched_copies(link)
    due = {each.pk for each in watched if schedule.is_due(each, now)}
    if not any(each.due_at and each.due_at <= now for each in watched):
        return schedule.next_reading_at(link, now)
    listing = _list_posts(connector, [each for each in watched if each.pk in due], now)
    checks = [_check_for_copy(each, listing, is_due=each.pk in due) for each in watched]
    is_finished = _run_checks(link_import, connector, [check for check in checks if check], now)
    if listing.error is not None:
        raise listing.error
    return schedule.next_reading_at(link, timezone.now()) if is_finished else timezone.now()


def _list_posts(connector: Connector, due: list[CopyActivity], now: datetime) -> _Listing:
    """List own posts, newest first, until those that are due were all seen."""
    missing = {each.delivery.remote_id for each in due}
    since = min(schedule.sent_at(each.delivery, now) for each in due).timestamp() - MARGIN
    listing = _Listing()
    try:
        for post in islice(connector.own_activity(since=since), MAX_LISTED):
            listing.posts[post.remote_id] = post
            missing.discard(post.remote_id)
            if not missing:
                break
    except ConnectorError as error:
        if _stops_import(error):
            raise
        listing.error = error
    return listing


def _check_for_copy(
    activity: CopyActivity, listing: _Listing, *, is_due: bool
) -> _CopyCheck | None:
    """Return how to check one copy; None: not due and not listed, or the listing broke off before it."""
    listed = listing.posts.get(activity.delivery.remote_id)
    if listed is None and (listing.error is not None or not is_due):
        return None
    return _CopyCheck(activity, listed, is_due)


def _run_checks(
    link_import: LinkImport, connector: Connector, checks: list[_CopyCheck], now: datetime
) -> bool:
    """Read and store copy by copy. Return whether all were; the rest stays due."""
    until, failures = time.monotonic() + READING_SECONDS, 0
    for check in checks:
        if time.monotonic() > until:
            return False
        reading = CopyReading()
        try:
            _read_copy(reading, connector, check, now)
        except ConnectorError as error:
            # Perhaps a 404 in passing, or a thread that cannot be read: it holds up no other copy.
            logger.info("%s: thread of delivery %s: %s", link_import, check.activity.pk, error)
            failures += not _is_error_of_copy(error)
            if _stops_import(error) or failures > MAX_FAILURES:
                if not isinstance(error, Unauthorized):
                    _store(
                        link_import, check, reading, now
                    )  # else it would be first again, for ever
                raise
        except Exception:
            logger.exception("%s: thread of delivery %s", link_import, check.activity.pk)
        _store(link_import, check, reading, now)
    return True


def _store(link_import: LinkImport, check: _CopyCheck, reading: CopyReading, now: datetime) -> None:
    """Store what was read; a copy that was due is due at its next step, whatever was read."""
    if check.is_due or reading.has_anything:
        changes = schedule.advance(check.activity, now) if check.is_due else {"looked_at": now}
        storage.store_reading(link_import, check.activity, reading, changes)


def _read_copy(
    reading: CopyReading, connector: Connector, check: _CopyCheck, now: datetime
) -> None:
    """Fill `reading`; where something cannot be read, what was read before it stays."""
    activity, kind = check.activity, check.activity.delivery.subject_kind
    post = check.listed or PostActivity(activity.delivery.remote_id, thread=activity.thread)
    reading.thread = post.thread
    reads_anyway = check.is_due and schedule.is_young(activity, now)
    if kind in connector.brings_replies and (
        reads_anyway or _has_moved(post.replies, activity.read_replies)
    ):
        reading.replies, reading.is_whole = _read_thread(connector, post)
        reading.reply_count = post.replies
    if kind not in connector.brings_likes:
        return
    if post.likes == 0 and activity.read_likes != 0:
        reading.likes, reading.like_count = [], 0  # nobody to ask for
    elif _has_moved(post.likes, activity.read_likes) or (post.likes is None and reads_anyway):
        reading.likes = list(islice(connector.likes(post), storage.MAX_LIKES))
        reading.like_count = post.likes


def _read_thread(connector: Connector, post: PostActivity) -> tuple[list[ReceivedReply], bool]:
    """The replies, and whether those are all: else none that is missing counts as deleted."""
    found: list[ReceivedReply] = []
    try:
        for reply in islice(connector.replies(post), storage.MAX_REPLIES + 1):
            found.append(reply)
    except ResponseTooLarge:
        return found[: storage.MAX_REPLIES], False
    return found[: storage.MAX_REPLIES], len(found) <= storage.MAX_REPLIES


def _is_error_of_copy(error: ConnectorError) -> bool:
    """Whether the error concerns this post alone (it is gone, say), or the network shows no threads at all."""
    return isinstance(error, Rejected | Unsupported | ResponseTooLarge)


def _stops_import(error: ConnectorError) -> bool:
    """Whether the error would meet the next request, too: the network is away, asks for time, or refuses us."""
    if isinstance(error, TryLater):
        is_throttling = error.after is not None or error.status in (429, 503)
        return is_throttling or isinstance(error, Unreachable)
    return isinstance(error, Unauthorized)


def _has_moved(listed: int | None, read: int | None) -> bool:
    """Whether the network's count changed since the last reading; 0 before the first."""
    return listed is not None and listed != (read or 0)
