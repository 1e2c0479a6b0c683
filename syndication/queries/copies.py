"""What stands on the networks of one post, as far as we know, and what a change would do to it.

Read before a page asks "really?"; what then happens is delivery.planning's.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from syndication.delivery import eligibility, sequence
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link, LinkState, Post
from syndication.models.delivery import DeliveryQuerySet
from syndication.queries.capabilities import capabilities

NEVER_WENT = (DeliveryState.CANCELLED, DeliveryState.SKIPPED)


@dataclass(frozen=True)
class Copy:
    """One copy that is out there, or may be, and whether it can be taken back from here."""

    link: Link
    network: str  # as people write it
    url: str
    audience: str
    can_be_deleted: bool


def latest_deliveries(post: Post) -> list[Delivery]:
    """The newest delivery of the post on each link, for the lines "Where it went". An edit that did
    not go says nothing about the copy."""
    newest: dict[int, Delivery] = {}
    for delivery in post.deliveries.select_related("link").order_by("sequence", "pk"):
        if not (delivery.is_edit and delivery.state in NEVER_WENT):
            newest[delivery.link_id] = delivery
    return list(newest.values())


def active_copies(post: Post) -> list[Copy]:
    """Copies that went out, or may have, and were not taken back."""
    copies = sequence.copy_histories(post.deliveries.select_related("link"))
    out = {each.copy.link_id: each.copy for each in copies if each.is_active}
    return [_copy(delivery, post) for delivery in out.values()]


def with_is_taken_back(rows: DeliveryQuerySet) -> DeliveryQuerySet:
    """`is_taken_back` on each row: a copy that went out, and that a later delete took back."""
    went_out = Q(state=DeliveryState.SENT) & ~Q(kind=DeliveryKind.DELETE)
    return rows.annotate(is_taken_back=went_out & Q(_has_sent_delete()))


def copy_is_active() -> Q:
    """A condition on publishes: nothing took the copy back, here or there."""
    return Q(~_has_sent_delete(), gone_at=None)


def _has_sent_delete() -> Exists:
    return Exists(
        Delivery.objects.filter(
            post=OuterRef("post"),
            link=OuterRef("link"),
            kind=DeliveryKind.DELETE,
            state=DeliveryState.SENT,
            sequence__gt=OuterRef("sequence"),
        )
    )


def copies_too_wide(post: Post, audience: str) -> list[Copy]:
    """The copies that would have to go if the post were for `audience`."""
    as_changed = Post(audience=audience)
    return [
        copy
        for copy in active_copies(post)
        if not eligibility.covers_audience(as_changed, copy.audience)
    ]


def _copy(delivery: Delivery, post: Post) -> Copy:
    network = capabilities(delivery.link.network)
    is_linked = delivery.link.state != LinkState.ENDED
    return Copy(
        link=delivery.link,
        network=network.name,
        url=delivery.remote_url,
        audience=delivery.audience,
        can_be_deleted=is_linked and post.kind not in network.cannot_delete,
    )
