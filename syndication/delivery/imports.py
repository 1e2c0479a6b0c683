"""Imports of friend lists, friends' posts, and replies, from a linked network. Run by the import worker.

One can be repeated at any time: rows are keyed by the network's ids. A friend list that breaks off (429, a
killed worker) deletes nobody, and the next import continues there. Rate limits are respected as for deliveries.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Container
from datetime import datetime, timedelta
from itertools import islice

from django.db import models, transaction
from django.utils import timezone

from syndication.connectors import parsing
from syndication.connectors.base import IDLE_PAGES, Connector, FriendPage
from syndication.connectors.base import RemoteFeedItem as ForeignItem
from syndication.connectors.errors import ConnectorError, Rejected, TryLater, Unauthorized
from syndication.delivery import (
    credentials,
    feed_copies,
    import_schedule,
    own_profile,
    rate_limits,
    reauthorization,
)
from syndication.delivery.claims import LostLease
from syndication.delivery.monitored_http import MonitoredHttp
from syndication.delivery.replies import reading
from syndication.models import FeedItem, ImportKind, Link, LinkImport, LinkState, NetworkFriend
from syndication.models.link import MAX_FRIENDS

logger = logging.getLogger(__name__)

IMPORT_SECONDS = 60.0  # of one import; the rest of a list comes with the next
READING_KEPT = timedelta(days=2)  # a list that broke off longer ago is read from its start
FEED_KEPT = timedelta(days=30)
FEED_AT_ONCE = 200
FEED_MOST = 1000  # items of one link; the oldest go. A server may have written any number since the last import
MAX_TEXT_LENGTH = 10_000  # characters of an item, as of a post here
MAX_ATTACHED = 20  # things beside an item's words, with so many characters each
MAX_ATTACHED_LENGTH = 1500
MANY_ITEMS = 30  # items of one import: more are waiting, and are requested soon
SOON = timedelta(minutes=1)


def run_link_import(link_import: LinkImport) -> None:
    """Run an import that the caller has leased, and settle its row. Connector errors are handled here.

    Only a definite refusal of the access parks the link; anything else is retried.
    """
    try:
        due_at = _run_with_refresh(link_import)
    except Unauthorized as error:
        if error.scope:
            _reschedule(link_import)
        else:
            reauthorization.require_reauthorization(link_import.link, error.reason)
            import_schedule.settle_link_import(link_import, None)
    except TryLater as error:
        rate_limits.pause_link(link_import.link, error.after or 0.0, timezone.now())
        _reschedule(link_import, asked=error.after or 0.0)
    except Rejected:  # perhaps the cursor is no longer known
        if link_import.kind == ImportKind.FEED:
            Link.objects.filter(pk=link_import.link_id).update(fed_cursor="")
        _reschedule(link_import, cursor="", started_at=None)
    except ConnectorError:
        _reschedule(link_import)
    except LostLease:
        logger.warning("link_import %s was taken over", link_import)
    except Exception:
        _reschedule(link_import)
        logger.exception("link_import %s", link_import)
    else:
        import_schedule.settle_link_import(link_import, due_at, failures=0)


def _reschedule(link_import: LinkImport, *, asked: float = 0.0, **changes: object) -> None:
    due_at = import_schedule.retry_import_at(link_import, timezone.now(), asked=asked)
    import_schedule.settle_link_import(
        link_import, due_at, failures=min(link_import.failures + 1, 1000), **changes
    )


def _run_with_refresh(link_import: LinkImport) -> datetime:
    """Run the step of this kind, once more with a refreshed token if the old one had expired.

    Return when the import is due again. Raises the errors of connectors.errors.
    """
    link, http = link_import.link, MonitoredHttp(timezone.now, seconds=IMPORT_SECONDS)
    step = STEPS[ImportKind(link_import.kind)]
    try:
        return step(link_import, credentials.connector_for(link, http=http))
    except Unauthorized as error:
        if not error.expired:
            raise
    return step(
        link_import, credentials.connector_for(link, http=http, refused=link.credentials_version)
    )


# --- Friends ------------------------------------------------------------------------------------


def _import_friend_pages(link_import: LinkImport, connector: Connector) -> datetime:
    """Read the list from its cursor until it ends or the time is up."""
    until = time.monotonic() + IMPORT_SECONDS
    _begin_reading(link_import, connector)
    count = _friends_of_reading(link_import).count()
    idle = 0
    for page in connector.friend_pages(link_import.cursor):
        fresh = _store_friends(link_import, page, count)
        count += fresh
        idle = 0 if fresh else idle + 1
        if not page.following:
            return _finish_reading(link_import, is_whole=True)
        if count >= MAX_FRIENDS or idle >= IDLE_PAGES:
            return _finish_reading(link_import, is_whole=False)
        if time.monotonic() > until:
            break
    return timezone.now()  # continue after the imports that are due already


def _begin_reading(link_import: LinkImport, connector: Connector) -> None:
    """Start a new reading, unless one broke off lately. The server's limits and the account's own
    profile are read with it, if they can be had."""
    now = timezone.now()
    if link_import.started_at is not None and now - link_import.started_at < READING_KEPT:
        return
    _forget_surplus_friends(link_import.link)
    link_import.cursor, link_import.started_at = "", now
    import_schedule.renew_link_import(link_import, now, cursor="", started_at=now)
    own_profile.read_beside_friends(link_import.link, connector, now)


@transaction.atomic
def _store_friends(link_import: LinkImport, page: FriendPage, before: int) -> int:
    """Store a page and, in the same transaction, the next page's cursor. Return how many were new."""
    read = page.friends[: max(0, MAX_FRIENDS - before)]
    people = {link_import.link.account_uid(friend.uid): friend for friend in read}
    known = _friends_of_reading(link_import).filter(uid__in=people).count()
    NetworkFriend.objects.bulk_create(
        [
            NetworkFriend(
                link=link_import.link,
                uid=uid,
                name=friend.name[:100],
                profile_url=friend.profile_url[:500],
                seen_at=_reading_began_at(link_import),
            )
            for uid, friend in people.items()
        ],
        update_conflicts=True,
        unique_fields=["link", "uid"],
        update_fields=["name", "profile_url", "seen_at"],
    )
    fresh = len(people) - known
    Link.objects.filter(pk=link_import.link_id).update(pull_progress=before + fresh)
    if not import_schedule.renew_link_import(link_import, timezone.now(), cursor=page.following):
        raise LostLease
    link_import.cursor = page.following
    return fresh


def _friends_of_reading(link_import: LinkImport) -> models.QuerySet[NetworkFriend]:
    """The friends that this reading of the list has brought."""
    return link_import.link.friends.filter(seen_at=_reading_began_at(link_import))


def _reading_began_at(link_import: LinkImport) -> datetime:
    """When this reading of the list began, which is `seen_at` of its rows."""
    return link_import.started_at or timezone.now()


@transaction.atomic
def _finish_reading(link_import: LinkImport, *, is_whole: bool) -> datetime:
    """Finish a reading: delete former friends, unless we gave up before the list's end."""
    now = timezone.now()
    if is_whole:
        link_import.link.friends.filter(seen_at__lt=_reading_began_at(link_import)).delete()
    _forget_surplus_friends(link_import.link)
    Link.objects.filter(pk=link_import.link_id).update(pulled_at=now, pull_progress=0)
    import_schedule.renew_link_import(link_import, now, cursor="", started_at=None)
    return import_schedule.next_import_at(link_import, now)


def _forget_surplus_friends(link: Link) -> None:
    """Delete the friends seen longest ago, beyond MAX_FRIENDS: a server may name other people at each reading."""
    newest = link.friends.order_by("-seen_at", "pk").values_list("pk", flat=True)
    if surplus := list(newest[MAX_FRIENDS : 2 * MAX_FRIENDS]):
        link.friends.filter(pk__in=surplus).delete()


def _import_feed_items(link_import: LinkImport, connector: Connector) -> datetime:
    items = list(islice(connector.feed(since=link_import.link.fed_cursor), FEED_AT_ONCE))
    _store_feed_items(link_import.link, items)
    now = timezone.now()
    if len(items) >= MANY_ITEMS:
        return now + SOON
    quiet = timedelta() if items else now - _newest_item_at(link_import.link)
    return import_schedule.next_import_at(link_import, now, quiet=quiet)


def _newest_item_at(link: Link) -> datetime:
    """When the newest item of the feed was written; without any, when the account was linked."""
    newest = link.feed.order_by("-written_at", "-pk").values_list("written_at", flat=True)
    return newest.first() or link.created_at


def _store_feed_items(link: Link, items: list[ForeignItem]) -> None:
    """Store `items`, in the network's order, oldest first. The next import begins after the last one,
    not after the latest time: an item dated 2099 would stay the newest.

    An item of unknown time counts as written when it was first seen.
    """
    now = timezone.now()
    with transaction.atomic():
        if not _is_linked(link):
            return
        hidden = set(link.hidden_accounts.values_list("uid", flat=True))
        FeedItem.objects.bulk_create(
            [
                _new_item(link, item, hidden, now)
                for item in items
                # The member's own copies are here already.
                if link.account_uid(item.author.uid) != link.uid
            ],
            ignore_conflicts=True,
        )
        feed_copies.mark_copies_of_link(link, now)
        link.feed.filter(written_at__lt=now - FEED_KEPT).delete()
        newest = link.feed.order_by("-written_at", "-pk").values_list("pk", flat=True)
        link.feed.filter(pk__in=list(newest[FEED_MOST : FEED_MOST + 2 * FEED_AT_ONCE])).delete()
        changes: dict[str, object] = {"fed_at": now}
        if items:
            changes["fed_cursor"] = items[-1].remote_id
        Link.objects.filter(pk=link.pk).update(**changes)


def _is_linked(link: Link) -> bool:
    """Lock the link, so that an account which is hidden meanwhile stays hidden, and the feed of a link
    that ended stays empty."""
    held = Link.objects.select_for_update(no_key=True).exclude(state=LinkState.ENDED)
    return bool(held.filter(pk=link.pk).values_list("pk"))


def _new_item(link: Link, item: ForeignItem, hidden: Container[str], now: datetime) -> FeedItem:
    uid = link.account_uid(item.author.uid)
    sharer = link.account_uid(item.sharer.uid) if item.sharer else ""
    return FeedItem(
        link=link,
        remote_id=item.remote_id,
        author_uid=uid,
        author_name=item.author.name[:100],
        author_handle=item.author.handle if len(item.author.handle) <= 300 else "",
        target_id=item.target_id if len(item.target_id) <= 500 else "none",
        visibility=item.visibility,
        text=item.text[:MAX_TEXT_LENGTH],
        attached=[
            (each.label, each.text[:MAX_ATTACHED_LENGTH]) for each in item.attached[:MAX_ATTACHED]
        ],
        url=item.url[:500],
        sharer_uid=sharer,
        is_hidden=uid in hidden or sharer in hidden,
        written_at=parsing.clamp_written_at(item.created_at, now) or now,
    )


STEPS: dict[ImportKind, Callable[[LinkImport, Connector], datetime]] = {
    ImportKind.FRIENDS: _import_friend_pages,
    ImportKind.FEED: _import_feed_items,
    ImportKind.REPLIES: reading.import_replies_and_likes,
}
