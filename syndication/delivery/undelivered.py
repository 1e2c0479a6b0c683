"""Undelivered deliveries: notify the member once of each that ends without arriving.

Every such end is notified unless its reason is in `KNOWN_TO_MEMBER` (the member's own command, or the
network has the content already), so a new reason notifies until it is added there.

A worker notifies in the transaction that ends the delivery (outcomes.DeliveryRun.settle). Other ends
(expiry, an ended link, a command of staff) are notified by the sweeper: `is_notified` on a row at rest
means that nothing is left to notify. The command that restarts a row clears it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from syndication.connectors import reasons
from syndication.connectors.reasons import Reason
from syndication.delivery import (
    corrections,
    edits,
    eligibility,
    notices,
    reauthorization,
    sequence,
)
from syndication.models import AT_REST, Delivery, DeliveryState
from syndication.models.reason_texts import SENTENCES

NOTHING_TO_DELETE = Reason("nothing_to_delete")

# First words of incidents (link_notice_texts.NOTICES); of an interaction behind its kind: "reply_undelivered"
UNDELIVERED = "undelivered"
NOT_CHANGED = "not_changed"
COPY_GONE = "gone"
STILL_OUT_THERE = "still_out_there"
RETRIED_BY_STAFF = "retried_by_staff"

MAX_ROWS = 500  # rows of one sweep

_S = DeliveryState

KNOWN_TO_MEMBER: frozenset[str] = frozenset(
    {
        # The member's own command
        eligibility.TAKEN_BACK,
        eligibility.INTERACTION_TAKEN_BACK,
        eligibility.STAYS_HERE,
        eligibility.TURNED_OFF,
        eligibility.NOT_OPTED_IN,
        eligibility.UNLINKED,
        eligibility.CLOSED,
        eligibility.DISMISSED,
        # The network has the content, or a newer delivery of the post brings it
        edits.REPLACED,
        edits.ALREADY_THERE,
        # The end of the copy itself was notified, or it never was there
        edits.NOTHING_THERE,
        NOTHING_TO_DELETE,
    }
)


def is_undelivered_end(state: str, due_at: object) -> bool:
    """Whether `state` and `due_at` are those of a delivery that ended without arriving."""
    return state in AT_REST or (state == _S.UNCONFIRMED and due_at is None)


def notify_end(delivery: Delivery) -> bool:
    """Notify the member how `delivery` ended, unless they know. Return whether a notice was made."""
    return _notify_once([delivery], _incident(delivery))


def notify_pending_ends() -> int:
    """Notify all ends that are still pending, oldest first, one notice for each incident. Return how
    many notices were made or added to."""
    rows = Delivery.objects.unnotified().order_by("pk")
    rows = rows.select_related("link__member", "post", "interaction")
    found: dict[tuple[int, str], list[Delivery]] = defaultdict(list)
    for row in rows[:MAX_ROWS]:
        found[row.link_id, _incident(row)].append(row)
    return sum(_notify_once(rows, incident) for (_, incident), rows in found.items())


def notify_copy_remains(delivery: Delivery) -> bool:
    """Notify the member once of a copy that cannot be deleted. Return whether a notice was made."""
    incident = _incident_of_subject(delivery, STILL_OUT_THERE)
    return notices.notify_of_link(delivery.link, incident, detail=_detail(delivery))


def notify_retried_by_staff(delivery: Delivery) -> bool:
    """Notify the member that staff started the delivery again."""
    incident = _incident_of_subject(delivery, RETRIED_BY_STAFF)
    return notices.notify_of_link(delivery.link, incident, detail=_detail(delivery))


def notify_stray(delivery: Delivery) -> bool:
    """Notify the member of a stray reply that is out for now, its delete queued."""
    incident = f"{_prefix(delivery)}{UNDELIVERED} {reasons.STRAY_REPLY}"
    params = {"reason": reasons.STRAY_REPLY}
    return notices.notify_of_link_counted(
        delivery.link, incident, detail=_detail(delivery), params=params, count=1
    )


def close_answered_notices(delivery: Delivery) -> None:
    """After a command on `delivery`, as it was before: delete the notice that asked for it, unless
    another delivery of the link still does."""
    over, link = Q(), delivery.link
    alike = link.deliveries.filter(post__isnull=delivery.post_id is None)
    if delivery.interaction is not None:
        alike = alike.filter(interaction__kind=delivery.interaction.kind)
    if not alike.filter(state=_S.UNCONFIRMED, due_at=None).exists():
        over |= Q(key=f"{_prefix(delivery)}{reauthorization.UNCONFIRMED}")
    rows = alike.filter(operation=delivery.operation, reason=delivery.reason)
    if not rows.filter(state__in=(_S.FAILED, _S.EXPIRED)).exists():
        over |= Q(key=_incident_of_reason(delivery))
    if over:
        notices.notices_of_link(link).filter(over).delete()


def _incident(delivery: Delivery) -> str:
    """The incident of this end; "" if the member knows, or closed their account."""
    if not delivery.link.member.is_active:
        return ""
    if delivery.state == _S.UNCONFIRMED:
        return f"{_prefix(delivery)}{reauthorization.UNCONFIRMED}"
    if delivery.reason in KNOWN_TO_MEMBER:
        return ""
    if delivery.reason == corrections.NOT_SENT_ANEW:
        return f"{NOT_CHANGED} {delivery.reason}"
    if delivery.is_delete:
        copy = sequence.published_copy_of(delivery)
        is_left = copy is not None and sequence.may_be_out(copy)
        return _incident_of_subject(delivery, STILL_OUT_THERE) if is_left else ""
    if delivery.is_edit and delivery.reason == reasons.COPY_GONE:
        return f"{COPY_GONE} {delivery.post_id}"
    return _incident_of_reason(delivery)


def _incident_of_reason(delivery: Delivery) -> str:
    code = NOT_CHANGED if delivery.is_edit else UNDELIVERED
    reason = delivery.reason if delivery.reason in SENTENCES else ""
    return f"{_prefix(delivery)}{code} {reason}".rstrip()


def _incident_of_subject(delivery: Delivery, code: str) -> str:
    return f"{_prefix(delivery)}{code} {_detail(delivery)}"


def _prefix(delivery: Delivery) -> str:
    return f"{delivery.interaction.kind}_" if delivery.interaction is not None else ""


def _detail(delivery: Delivery) -> int | None:
    return delivery.post_id or delivery.interaction_id


@transaction.atomic
def _notify_once(rows: Collection[Delivery], incident: str) -> bool:
    """Notify of rows of one link that are one incident; only the worker that marks a row notifies."""
    unnotified = Delivery.objects.unnotified().filter(pk__in=[row.pk for row in rows])
    count = unnotified.update(is_notified=True)
    if not count or not incident:
        return False
    first = next(iter(rows))
    if STILL_OUT_THERE in incident:
        return notify_copy_remains(first)
    return notices.notify_of_link_counted(
        first.link, incident, detail=_detail(first), params={"reason": first.reason}, count=count
    )
