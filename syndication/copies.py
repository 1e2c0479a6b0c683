"""What stands on the networks of one post, as far as we know. Read from deliveries alone."""

from __future__ import annotations

from dataclasses import dataclass

from syndication.capabilities import capabilities
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link, LinkState, Post


@dataclass(frozen=True)
class Copy:
    """One copy that is out there, and whether it can be taken back from here."""

    link: Link
    network: str  # as people write it
    url: str
    can_be_deleted: bool


def latest_deliveries(post: Post) -> list[Delivery]:
    """The newest delivery of the post on each link, for the lines "Where it went"."""
    newest: dict[int, Delivery] = {}
    for delivery in post.deliveries.select_related("link").order_by("sequence", "pk"):
        newest[delivery.link_id] = delivery
    return list(newest.values())


def standing_copies(post: Post) -> list[Copy]:
    """Copies that are sent, or may be, and were not taken back."""
    standing: dict[int, Delivery] = {}
    for delivery in post.deliveries.select_related("link").order_by("sequence", "pk"):
        if delivery.kind == DeliveryKind.PUBLISH and delivery.state in (
            DeliveryState.SENT,
            DeliveryState.SENDING,
            DeliveryState.UNCONFIRMED,
        ):
            standing[delivery.link_id] = delivery
        elif delivery.kind == DeliveryKind.DELETE and delivery.state == DeliveryState.SENT:
            standing.pop(delivery.link_id, None)
    return [_copy(delivery, post) for delivery in standing.values()]


def _copy(delivery: Delivery, post: Post) -> Copy:
    network = capabilities(delivery.link.network)
    return Copy(
        link=delivery.link,
        network=network.name,
        url=delivery.remote_url,
        can_be_deleted=delivery.link.state != LinkState.ENDED
        and post.kind not in network.cannot_delete,
    )
