"""Corrections: send a copy anew where its network deletes but cannot edit.

Two deliveries in order: the delete of the copy, and behind it a publish of the post's present content for
the same audience. Where several copies stand (one that could not be deleted was narrower readers' second
one once), each is deleted first: else the one behind would be refused after the newest was lost. The order
of deliveries holds the publish back while the delete is open; a delete
that ended badly fails the publish (`copy_pre_send_check`), so that there are never two copies, and a
publish that will not go ends the delete (`is_called_off`), so that no copy is lost for nothing.

A third operation that does both was considered and rejected: every guarantee about a request in doubt
would have had to be proven for two requests at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Member
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Preview
from syndication.connectors.reasons import Reason
from syndication.delivery import eligibility, mentions, retry_policy, sequence
from syndication.delivery.eligibility import Eligibility
from syndication.delivery.sequence import CopyHistory, InitialDelivery
from syndication.models import (
    OPEN_STATES,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Link,
    LinkState,
    Post,
)
from syndication.models.errors import NotNow, NotYours

NOTHING_TO_CORRECT = Reason("nothing_to_correct")
OLD_COPY_STAYS = Reason("old_copy_stays")
NOT_SENT_ANEW = Reason("not_sent_anew")

_S = DeliveryState


@dataclass(frozen=True)
class CorrectionPreview:
    """What sending anew does on one link: the copies that go (`url` is the newest one's), how the new one
    reads and for whom, or the reason why it would not go, when nothing is offered."""

    link: Link
    url: str
    copies: int
    preview: Preview | None
    readers: str
    reason: str = ""
    names: Sequence[tuple[str, str]] = ()


def takes_corrections(network: str, kind: str) -> bool:
    """Whether the network deletes copies of this kind, but cannot edit them."""
    connector = CONNECTORS.get(network)
    return connector is not None and kind in connector.can_delete and kind not in connector.can_edit


def is_outdated(delivery: Delivery) -> bool:
    """Whether `delivery` published a copy that is still out (by its row alone) and has other content
    than the post has now. Its `post` and `link` are loaded."""
    post, link = delivery.post, delivery.link
    return (
        post is not None
        and post.deleted_at is None
        and delivery.is_publish
        and delivery.state == _S.SENT
        and bool(delivery.remote_id)
        and delivery.remote_deleted_at is None
        and delivery.version != post.version
        and link.state == LinkState.ACTIVE
        and takes_corrections(link.network, str(post.kind))
    )


def preview_corrections(post: Post, *, by: Member) -> list[CorrectionPreview]:
    """Preview a correction for each outdated copy."""
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
                copies=len(_standing_copies(post, link)),
                preview=decision.preview,
                readers=eligibility.describe_readers(link, audience),
                reason="" if decision.goes else decision.reason,
                names=mentions.names_there(outgoing, decision.preview),
            )
        )
    return found


@transaction.atomic
def send_corrected(post: Post, link: Link, *, by: Member) -> Delivery:
    """Queue the deletes of the copies on `link`, and the publish behind them, which is returned.

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
    for each in _standing_copies(fresh, link):
        delete = InitialDelivery(_S.WAITING, audience=each.copy.audience, is_manual=True)
        sequence.append_delivery(fresh, link, DeliveryOperation.DELETE, delete)
    publish = InitialDelivery(_S.WAITING, audience=audience, is_manual=True, is_correction=True)
    return sequence.append_delivery(fresh, link, DeliveryOperation.PUBLISH, publish)


def copy_pre_send_check(delivery: Delivery, post: Post) -> str:
    """The reason why a publish may not go: the first delivery of its correction did not delete the copy,
    or another copy is there. The first publish of a post, by no command, finds none."""
    if delivery.is_edit or (delivery.sequence == 1 and not delivery.is_manual):
        return ""
    others = Delivery.objects.in_sequence_of(delivery).exclude(pk=delivery.pk)
    deletes = others.filter(operation=DeliveryOperation.DELETE, sequence__lt=delivery.sequence)
    last = deletes.order_by("-sequence").values_list("state", flat=True).first()
    if delivery.is_correction and last != _S.SENT:
        return OLD_COPY_STAYS
    is_there = any(each.forbids_new_copy(post) for each in sequence.copy_histories(others))
    return OLD_COPY_STAYS if is_there else ""


def publish_behind(delete: Delivery) -> Delivery | None:
    """The publish of the correction that `delete` belongs to, or None."""
    if not delete.is_delete or delete.post_id is None:
        return None
    behind = Delivery.objects.in_sequence_of(delete).filter(sequence__gt=delete.sequence)
    first = behind.exclude(operation=DeliveryOperation.DELETE).order_by("sequence").first()
    is_its_own = first is not None and first.is_correction and not first.is_edit
    return first if is_its_own else None


def is_called_off(publish: Delivery, post: Post, link: Link, now: datetime) -> bool:
    """Whether the second delivery of a correction will not go, from fresh rows, so that the first would
    only lose a copy. One that the post no longer covers is deleted all the same."""
    if not eligibility.covers_audience(post, publish.audience):
        return False
    is_over = publish.state not in OPEN_STATES or now > retry_policy.last_try_at(publish)
    return is_over or bool(eligibility.pre_send_check(post, link, publish.audience))


def _standing_copies(post: Post, link: Link) -> list[CopyHistory]:
    """The copies on `link` without a delete, oldest first."""
    there = sequence.copy_histories(post.deliveries.filter(link=link))
    return [each for each in there if each.is_active and not each.is_being_deleted]


def _copies_behind(post: Post) -> list[CopyHistory]:
    """The copies that can be sent anew, one a link; none that is wider than the post is now."""
    return [
        one
        for one in sequence.editable_copies(post)
        if is_outdated(one.copy) and eligibility.covers_audience(post, one.copy.audience)
    ]


def _eligibility(post: Post, one: CopyHistory) -> Eligibility:
    outgoing = eligibility.outgoing_post(post, one.copy.link, one.copy.audience)
    return eligibility.check_eligibility(outgoing, one.copy.link)
