"""Copies of one post on networks, as far as we know, for pages that ask before they act.

delivery.planning carries the action out.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Audience
from syndication.delivery import eligibility, sequence
from syndication.models import (
    OPEN_STATES,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Link,
    LinkState,
    Post,
)
from syndication.models.delivery import DeliveryQuerySet
from syndication.queries.capabilities import capabilities

NEVER_WENT = (DeliveryState.CANCELLED, DeliveryState.SKIPPED)


@dataclass(frozen=True)
class Copy:
    """A copy that is or may be on a network, and whether it can be deleted from here."""

    link: Link
    network: str  # as people write it
    url: str
    audience: str
    can_be_deleted: bool


def active_copies(post: Post) -> list[Copy]:
    """The copies that were or may have been sent, and were not deleted."""
    copies = sequence.copy_histories(post.deliveries.select_related("link"))
    out = {each.copy.link_id: each.copy for each in copies if each.is_active}
    return [_copy(delivery, post) for delivery in out.values()]


def with_is_taken_back(rows: DeliveryQuerySet) -> DeliveryQuerySet:
    """Annotate `is_taken_back`: the copy was sent, and deleted by a later delivery."""
    went_out = Q(state=DeliveryState.SENT) & ~Q(operation=DeliveryOperation.DELETE)
    return rows.annotate(is_taken_back=went_out & _has_sent_delete())


def has_open_or_sent_delete(subject: str) -> Exists:
    """A condition on publishes of "post" or "interaction": the copy was deleted from here, or is about to be."""
    same = {subject: OuterRef(subject), "link": OuterRef("link")}
    later = Delivery.objects.filter(**same, sequence__gt=OuterRef("sequence"))
    return Exists(
        later.filter(
            operation=DeliveryOperation.DELETE, state__in=(*OPEN_STATES, DeliveryState.SENT)
        )
    )


def copy_is_active() -> Q:
    """A condition on publishes: the copy was deleted neither from here nor on the network."""
    return Q(~_has_sent_delete(), remote_deleted_at=None)


def copy_is_covered() -> Q:
    """A condition on publishes: the post's present audience includes the copy's readers, as
    delivery.eligibility.covers_audience says."""
    is_within = Q(post__audience=F("audience")) | Q(post__audience=Audience.EVERYONE)
    return is_within & Q(post__deleted_at=None)


def _has_sent_delete() -> Q:
    of_post = Q(interaction=None) & Q(_sent_delete_of("post"))
    return of_post | (Q(post=None) & Q(_sent_delete_of("interaction")))


def _sent_delete_of(subject: str) -> Exists:
    return Exists(
        Delivery.objects.filter(
            **{subject: OuterRef(subject)},
            link=OuterRef("link"),
            operation=DeliveryOperation.DELETE,
            state=DeliveryState.SENT,
            sequence__gt=OuterRef("sequence"),
        )
    )


def copies_too_wide(post: Post, audience: str) -> list[Copy]:
    """The copies that would be deleted if the post were for `audience`."""
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
