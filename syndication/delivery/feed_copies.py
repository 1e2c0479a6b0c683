"""Feed copies: match imported posts of friends with the posts here that they are copies of.

Both ends can come first: the import of the item, or the record that its delivery was sent. Whichever
is later marks the item. Where the two cross and neither sees the other, the next import does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet

from syndication.connectors import CONNECTORS
from syndication.delivery.compiled import CompiledValues, execute_pipeline, param
from syndication.models import Delivery, DeliveryOperation, FeedItem, Link

LOOKED_AGAIN = timedelta(days=2)  # after its import an item is looked at again by each one
NEWEST = 100  # deliveries of a friend's link on another server are looked at

# The items of a copy, asked with each that is sent: the id's, on the network or on one of its servers.
_OF_NETWORK = FeedItem.objects.filter(
    remote_id=param("remote_id", FeedItem),
    copy=None,
    link__network=param("link__network", Link, "network"),
).values_list("pk")
_OF_HOST = _OF_NETWORK.filter(link__host=param("link__host", Link, "host"))
_ITEMS = {False: CompiledValues(_OF_NETWORK), True: CompiledValues(_OF_HOST)}
# The copies among the items of a link, asked at each import.
_FRESH = FeedItem.objects.filter(
    link=param("link_id", FeedItem), copy=None, created_at__gte=param("created_at", FeedItem)
)
_THERE = Delivery.objects.filter(
    operation=DeliveryOperation.PUBLISH,
    post__isnull=False,
    link__network=param("link__network", Link, "network"),
    remote_id__in=_FRESH.values("remote_id"),
).values_list("pk", "remote_id", "post__author")
_COPIES = {
    False: CompiledValues(_THERE),
    True: CompiledValues(_THERE.filter(link__host=param("link__host", Link, "host"))),
}


def mark_copies_of_link(link: Link, now: datetime) -> None:
    """Mark the copies among what was imported lately."""
    [copies] = execute_pipeline(find_copies(link, now))
    mark_copies(link, copies, now)


def find_copies(link: Link, now: datetime) -> tuple[CompiledValues, dict[str, Any]]:
    """The statement that finds copies by the id, which has one meaning on the whole network, or on the
    link's server (compiled.execute_pipeline)."""
    same = _same_ids(link)
    since = now - LOOKED_AGAIN
    return _COPIES["link__host" in same], {"link_id": link.pk, "created_at": since, **same}


def mark_copies(link: Link, copies: Iterable[tuple[int, str, int]], now: datetime) -> None:
    """Mark the items of what `find_copies` found, and those that another server's address shows."""
    for copy, remote_id, writer in copies:
        link.feed.filter(remote_id=remote_id, copy=None).update(copy=copy, writer=writer)
    if "link__host" in _same_ids(link):
        fresh = link.feed.filter(copy=None, created_at__gte=now - LOOKED_AGAIN)
        FeedItem.objects.bulk_update(_copies_elsewhere(link, fresh), ["copy", "writer"])


def _copies_elsewhere(link: Link, fresh: QuerySet[FeedItem]) -> Iterator[FeedItem]:
    """By the address, which another server of the network keeps where it gives an id of its own.

    An address alone proves nothing, since whoever writes a post says its address. So the writer has to
    have the handle of the account that the copy went to, and the address has to be on its server.
    """
    rows = fresh.exclude(url="").exclude(author_handle="")
    items = {
        (handle, url): pk for handle, url, pk in rows.values_list("author_handle", "url", "pk")
    }
    handles = {handle for handle, _url in items}
    others = Link.objects.filter(network=link.network, handle__in=handles).exclude(host=link.host)
    for other in others if items else ():
        sent = Delivery.objects.filter(link=other).order_by("-pk")[:NEWEST]
        for copy, url, operation, post in sent.values_list("pk", "remote_url", "operation", "post"):
            item = items.get((other.handle, url))
            is_there = urlsplit(url).netloc == other.host
            if item and is_there and post is not None and operation == DeliveryOperation.PUBLISH:
                yield FeedItem(pk=item, copy_id=copy, writer_id=other.member_id)


def mark_sent_copy(copy: Delivery, link: Link) -> None:
    """Mark the items, imported before, of a copy that is recorded as sent to `link`. A reply is no copy
    of a post: it stays what it is on the network."""
    if not copy.is_publish or not copy.remote_id or copy.post_id is None:
        return
    same = _same_ids(link)
    # Read first: mostly there is none, and a write would wait for the lock of the whole store.
    statement = _ITEMS["link__host" in same]
    [found] = execute_pipeline((statement, {"remote_id": copy.remote_id, **same}))
    if found:
        FeedItem.objects.filter(pk__in=[pk for (pk,) in found]).update(
            copy=copy, writer=link.member_id
        )


def _same_ids(link: Link) -> dict[str, str]:
    """A condition on rows of links: their remote ids mean what this link's mean."""
    same = {"link__network": link.network}
    connector = CONNECTORS.get(link.network)
    if connector is not None and connector.has_local_ids:
        same["link__host"] = link.host
    return same
