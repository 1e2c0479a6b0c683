"""Bringing friends, and what they wrote, from a linked network. Called by the worker.

A pull can be repeated at any time: rows are keyed by what the network calls them. It survives a
killed worker (what was brought stays) and says on the page how far it is. A network that asks for time
gets it, as it does from deliveries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from syndication import credentials
from syndication.actions import breaker, budgets, claimable, parking
from syndication.actions.watched import WatchedHttp
from syndication.connectors import checked
from syndication.connectors.base import Connector, Friend, Terms
from syndication.connectors.base import FeedItem as ForeignItem
from syndication.connectors.errors import ConnectorError, TryLater, Unauthorized
from syndication.models import FeedItem, Link, NetworkFriend
from syndication.models.link import LinkQuerySet

BATCH = 50
FRIENDS_EVERY = timedelta(hours=24)
FEED_EVERY = timedelta(minutes=15)
FEED_KEPT = timedelta(days=30)
FEED_AT_ONCE = 200


def pull_friends(link_pk: int) -> None:
    """Bring the whole friend list; who is no longer on it goes. A failure leaves the old list."""
    link = _askable(timezone.now()).filter(pk=link_pk).first()
    if link is None:
        return
    started = timezone.now()

    def bring(connector: Connector) -> None:
        _keep_terms(link, connector.terms())
        _keep_friends(link, connector.friends(), started)

    if not _asked(link, bring):
        return
    with transaction.atomic():
        link.friends.filter(seen_at__lt=started).delete()
        Link.objects.filter(pk=link.pk).update(pulled_at=timezone.now(), pull_progress=0)


def _keep_terms(link: Link, terms: Terms) -> None:
    """What the server lets through and whom the account lets in, for pages and previews."""
    told = asdict(terms) if terms != Terms() else {}
    Link.objects.filter(pk=link.pk).update(terms=told, follows_approved=terms.approves_followers)


def _keep_friends(link: Link, friends: Iterable[Friend], seen_at: datetime) -> None:
    rows = iter(friends)
    count = 0
    while batch := list(islice(rows, BATCH)):
        NetworkFriend.objects.bulk_create(
            [
                NetworkFriend(
                    link=link,
                    uid=friend.uid,
                    name=friend.name[:100],
                    profile_url=friend.profile_url[:500],
                    seen_at=seen_at,
                )
                for friend in {friend.uid: friend for friend in batch}.values()
            ],
            update_conflicts=True,
            unique_fields=["link", "uid"],
            update_fields=["name", "profile_url", "seen_at"],
        )
        count += len(batch)
        Link.objects.filter(pk=link.pk).update(pull_progress=count)


def pull_feed(link_pk: int) -> None:
    """Bring what friends wrote there since the last time, and let go of what is old."""
    link = _askable(timezone.now()).filter(pk=link_pk).first()
    if link is None:
        return
    items: list[ForeignItem] = []

    def bring(connector: Connector) -> None:
        items[:] = islice(connector.feed(since=link.fed_cursor), FEED_AT_ONCE)

    if _asked(link, bring):
        _keep_items(link, items)


def _keep_items(link: Link, items: list[ForeignItem]) -> None:
    """Store `items`, which come in the network's order, oldest first. The next pull begins after the
    last: by the times that they say, one of 2099 would stay the newest.

    An item whose time is unknown counts as written when it was first seen.
    """
    now = timezone.now()
    with transaction.atomic():
        FeedItem.objects.bulk_create(
            [
                FeedItem(
                    link=link,
                    remote_id=item.remote_id,
                    author_uid=item.author.uid,
                    author_name=item.author.name[:100],
                    text=item.text,
                    url=item.url[:500],
                    written_at=checked.written_at(item.created_at, now) or now,
                )
                for item in items
                if item.author.uid != link.uid  # the member's own copies are here already
            ],
            ignore_conflicts=True,
        )
        link.feed.filter(written_at__lt=now - FEED_KEPT).delete()
        changes: dict[str, object] = {"fed_at": now}
        if items:
            changes["fed_cursor"] = items[-1].remote_id
        Link.objects.filter(pk=link.pk).update(**changes)


def _asked(link: Link, ask: Callable[[Connector], None]) -> bool:
    """Ask the network, once more with a renewed access where it says that the old one expired.

    Only a definite "no" parks the link; anything else is tried again at the next turn.
    """
    http = WatchedHttp(timezone.now)
    try:
        try:
            ask(credentials.connector_for(link, http=http))
        except Unauthorized as error:
            if not error.expired:
                raise
            ask(credentials.connector_for(link, http=http, refused=link.credentials_version))
    except Unauthorized as error:
        if not error.scope:
            parking.park(link, error.reason)
        return False
    except TryLater as error:
        budgets.rest(link, error.after or 0.0, timezone.now())
        return False
    except ConnectorError:
        return False
    return True


def _askable(now: datetime) -> LinkQuerySet:
    """Links whose network may be asked: not paused by staff, not resting, its host answers."""
    links = Link.objects.active().filter(
        ~claimable.paused("network"),
        ~budgets.resting(now, link="pk", network="network"),
        member__is_active=True,
    )
    closed = breaker.closed(now)
    return links.exclude(breaker.on(closed)) if closed else links


def due_for_friends(now: datetime) -> list[int]:
    """Links whose friend list is a day old or was never brought."""
    return list(
        _askable(now).exclude(pulled_at__gt=now - FRIENDS_EVERY).values_list("pk", flat=True)[:100]
    )


def due_for_feed(now: datetime) -> list[int]:
    """Links whose friends have not been asked for a quarter of an hour."""
    return list(
        _askable(now).exclude(fed_at__gt=now - FEED_EVERY).values_list("pk", flat=True)[:100]
    )
