"""Import of friends' posts from one link: what was new since the last time.

Mostly nothing is. Such an import takes one round trip to the database beside that which settles its row: on
PostgreSQL the round trips were most of its cost.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from syndication.connectors import parsing
from syndication.connectors.base import Connector
from syndication.connectors.base import RemoteFeedItem as ForeignItem
from syndication.delivery import feed_copies, import_schedule
from syndication.delivery.compiled import (
    CompiledSelect,
    CompiledUpdate,
    CompiledValues,
    execute_pipeline,
    param,
)
from syndication.models import FeedItem, Link, LinkImport, LinkState

FEED_KEPT = timedelta(days=30)
FEED_AT_ONCE = 200
FEED_MOST = 1000  # items of one link; the oldest go. A server may have written any number since the last link_import
MAX_TEXT_LENGTH = 10_000  # characters of an item, as of a post here
MAX_ATTACHED = 20  # things beside an item's words, with so many characters each
MAX_ATTACHED_LENGTH = 1500
MANY_ITEMS = 30  # items of one import: more are waiting, and are requested soon
SOON = timedelta(minutes=1)


def import_feed_items(link_import: LinkImport, connector: Connector) -> datetime:
    """Import what is new. Return when it is due again. Raises the errors of connectors.errors."""
    items = list(islice(connector.feed(since=link_import.link.fed_cursor), FEED_AT_ONCE))
    now = timezone.now()
    quiet = timedelta()
    if items:
        store_feed_items(link_import.link, items)
    else:
        quiet = now - _record_nothing_new(link_import.link, now)
    if len(items) >= MANY_ITEMS:
        return now + SOON
    return import_schedule.next_import_at(link_import, now, quiet=quiet)


def _record_nothing_new(link: Link, now: datetime) -> datetime:
    """Record the import, and do what time alone brings: items get too old, or turn out to be copies.

    Return when the newest item was written; without any, when the account was linked.
    """
    _, old, newest, copies = execute_pipeline(
        (_RECORD_IMPORT, {"pk": link.pk, "fed_at": now}),
        (_HAS_OLD, {"pk": link.pk, "before": now - FEED_KEPT}),
        (_NEWEST, {"link_id": link.pk}),
        feed_copies.find_copies(link, now),
        is_async_commit=True,  # a lost commit leaves the import due
    )
    feed_copies.mark_copies(link, copies, now)
    if old:
        _delete_old(link, now)
    return newest[0].written_at if newest else link.created_at


def store_feed_items(link: Link, items: list[ForeignItem]) -> None:
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
        copies, old, surplus = execute_pipeline(
            feed_copies.find_copies(link, now),
            (_HAS_OLD, {"pk": link.pk, "before": now - FEED_KEPT}),
            (_SURPLUS, {"link_id": link.pk}),
        )
        feed_copies.mark_copies(link, copies, now)
        if old:
            _delete_old(link, now)
        if surplus:
            link.feed.filter(pk__in=[pk for (pk,) in surplus]).delete()
        changes: dict[str, object] = {"fed_at": now}
        if items:
            changes["fed_cursor"] = items[-1].remote_id
        Link.objects.filter(pk=link.pk).update(**changes)


def _delete_old(link: Link, now: datetime) -> None:
    link.feed.filter(written_at__lt=now - FEED_KEPT).delete()


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


# --- Compiled statements of each import (delivery.compiled) ----------------------------------------
_PK = param("pk", Link, "id")
_RECORD_IMPORT = CompiledUpdate(
    lambda: Link.objects.exclude(state=LinkState.ENDED).filter(pk=_PK), "fed_at"
)
_HAS_OLD = CompiledValues(
    Link.objects.filter(
        Exists(
            FeedItem.objects.filter(
                link=OuterRef("pk"), written_at__lt=param("before", FeedItem, "written_at")
            )
        ),
        pk=_PK,
    ).values_list("pk")
)
_NEWEST_FIRST = FeedItem.objects.filter(link=param("link_id", FeedItem)).order_by(
    "-written_at", "-pk"
)
_NEWEST = CompiledSelect(lambda: _NEWEST_FIRST.only("written_at")[:1])
_SURPLUS = CompiledValues(_NEWEST_FIRST.values_list("pk")[FEED_MOST : FEED_MOST + 2 * FEED_AT_ONCE])
