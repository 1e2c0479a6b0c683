"""Imports of friend lists, friends' posts, and replies, from a linked network. Run by the import worker.

One can be repeated at any time: rows are keyed by the network's ids. A friend list that breaks off (429, a
killed worker) deletes nobody, and the next import continues there. Rate limits are respected as for deliveries.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from syndication.connectors.base import IDLE_PAGES, Connector, FriendPage
from syndication.connectors.errors import ConnectorError, Rejected, TryLater, Unauthorized
from syndication.delivery import (
    credentials,
    feed_imports,
    import_schedule,
    own_profile,
    rate_limits,
    reauthorization,
)
from syndication.delivery.claims import LostLease
from syndication.delivery.monitored_http import MonitoredHttp
from syndication.delivery.replies import reading
from syndication.models import ImportKind, Link, LinkImport, NetworkFriend
from syndication.models.link import MAX_FRIENDS

logger = logging.getLogger(__name__)

IMPORT_SECONDS = 60.0  # of one import; the rest of a list comes with the next
READING_KEPT = timedelta(days=2)  # a list that broke off longer ago is read from its start


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


STEPS: dict[ImportKind, Callable[[LinkImport, Connector], datetime]] = {
    ImportKind.FRIENDS: _import_friend_pages,
    ImportKind.FEED: feed_imports.import_feed_items,
    ImportKind.REPLIES: reading.import_replies_and_likes,
}
