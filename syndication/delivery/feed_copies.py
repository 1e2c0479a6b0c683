"""Feed copies: match imported posts of friends with the posts here that they are copies of.

Both ends can come first: the import of the item, or the record that its delivery was sent. Whichever
is later marks the item. Where the two cross and neither sees the other, the next import does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
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


def mark_copies_of_link(link: Link, now: datetime) -> None:
    """Mark the copies among the recently imported items."""
    fresh = link.feed.filter(copy=None, created_at__gte=now - LOOKED_AGAIN)
    found = list(_copies_there(link, dict(fresh.values_list("remote_id", "pk"))))
    if "link__host" in _same_ids(link):
        found += _copies_elsewhere(link, fresh)
    FeedItem.objects.bulk_update(found, ["copy", "writer"])


def _copies_there(link: Link, items: Mapping[str, int]) -> Iterator[FeedItem]:
    """Match by remote id, which is unique on the network, or on the link's server."""
    copies = Delivery.objects.filter(
        operation=DeliveryOperation.PUBLISH,
        post__isnull=False,
        remote_id__in=items,
        **_same_ids(link),
    )
    for copy, remote_id, writer in copies.values_list("pk", "remote_id", "post__author"):
        yield FeedItem(pk=items[remote_id], copy_id=copy, writer_id=writer)


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
