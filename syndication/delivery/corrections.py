"""Corrections: send a copy anew where its network deletes but cannot edit.

Two deliveries in order: the delete of the copy, and behind it a publish of the post's present content for
the same audience. The order of deliveries holds the publish back while the delete is open; a delete
that ended badly fails the publish (`correction_pre_send_check`), so that there are never two copies. A
third kind of delivery that does both was weighed and lost: every guarantee about a request in doubt
would have had to be proven for two requests at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Member
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Preview
from syndication.connectors.reasons import Reason
from syndication.delivery import eligibility, mentions, sequence
from syndication.delivery.eligibility import Eligibility
from syndication.delivery.sequence import CopyHistory, InitialDelivery
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link, LinkState, Post
from syndication.models.errors import NotNow, NotYours

NOTHING_TO_CORRECT = Reason("nothing_to_correct")
OLD_COPY_STAYS = Reason("old_copy_stays")

_S = DeliveryState


@dataclass(frozen=True)
class CorrectionPreview:
    """What sending anew does on one link: the copy that goes, how the new one reads and for whom, or the
    reason why it would not go, when nothing is offered."""

    link: Link
    url: str
    preview: Preview | None
    readers: str
    reason: str = ""
    names: Sequence[tuple[str, str]] = ()


def takes_corrections(network: str, kind: str) -> bool:
    """Whether the network deletes copies of this kind, but cannot edit them."""
    connector = CONNECTORS.get(network)
    return connector is not None and kind in connector.can_delete and kind not in connector.can_edit


def is_behind(delivery: Delivery) -> bool:
    """Whether `delivery` published a copy that still stands, by its row alone, and with other content
    than the post has now. Its `post` and `link` are loaded."""
    post, link = delivery.post, delivery.link
    return (
        post is not None
        and post.deleted_at is None
        and delivery.kind == DeliveryKind.PUBLISH
        and delivery.state == _S.SENT
        and bool(delivery.remote_id)
        and delivery.remote_deleted_at is None
        and delivery.version != post.version
        and link.state == LinkState.ACTIVE
        and takes_corrections(link.network, str(post.kind))
    )


def preview_corrections(post: Post, *, by: Member) -> list[CorrectionPreview]:
    """Preview sending anew, for each copy that is behind."""
    if post.author_id != by.pk:
        return []
    handles = mentions.find_handles(post.author_id, post)
    found = []
    for one in _copies_behind(post):
        link, audience = one.copy.link, one.copy.audience
        outgoing = eligibility.outgoing_post(post, link, audience, handles=handles)
        decision = eligibility.check_eligibility(outgoing, link)
        found.append(
            CorrectionPreview(
                link=link,
                url=one.copy.remote_url,
                preview=decision.preview,
                readers=eligibility.describe_readers(link, audience),
                reason="" if decision.goes else decision.reason,
                names=mentions.names_there(outgoing, decision.preview),
            )
        )
    return found


@transaction.atomic
def send_corrected(post: Post, link: Link, *, by: Member) -> Delivery:
    """Queue the delete of the copy on `link`, and the publish behind it, which is returned.

    For the audience of the copy, never for more. Raises NotYours, and NotNow with the reason.
    """
    if not by.pk == post.author_id == link.member_id:
        raise NotYours(post)
    fresh = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    one = next((each for each in _copies_behind(fresh) if each.copy.link_id == link.pk), None)
    if one is None:
        raise NotNow(NOTHING_TO_CORRECT)
    decision = _eligibility(fresh, one)
    if not decision.goes or decision.needs_reauthorization:
        raise NotNow(decision.reason)
    audience = one.copy.audience
    delete = InitialDelivery(_S.WAITING, audience=audience, is_manual=True)
    sequence.append_delivery(fresh, link, DeliveryKind.DELETE, delete)
    publish = InitialDelivery(_S.WAITING, audience=audience, is_manual=True, is_correction=True)
    return sequence.append_delivery(fresh, link, DeliveryKind.PUBLISH, publish)


def correction_pre_send_check(delivery: Delivery) -> str:
    """The reason why the second delivery of a correction may not go: the first did not delete the copy."""
    if not delivery.is_correction:
        return ""
    before = Delivery.objects.filter(
        post=delivery.post_id,
        link=delivery.link_id,
        kind=DeliveryKind.DELETE,
        sequence__lt=delivery.sequence,
    ).order_by("-sequence")
    is_deleted = before.values_list("state", flat=True).first() == _S.SENT
    return "" if is_deleted else OLD_COPY_STAYS


def _copies_behind(post: Post) -> list[CopyHistory]:
    """The copies that can be sent anew, one a link; none that is wider than the post is now."""
    return [
        one
        for one in sequence.editable_copies(post)
        if is_behind(one.copy) and eligibility.covers_audience(post, one.copy.audience)
    ]


def _eligibility(post: Post, one: CopyHistory) -> Eligibility:
    outgoing = eligibility.outgoing_post(post, one.copy.link, one.copy.audience)
    return eligibility.check_eligibility(outgoing, one.copy.link)
