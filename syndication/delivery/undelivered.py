"""Undelivered ends: notify the member once of each delivery that ends without arriving.

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
from syndication.delivery import edits, eligibility, notices, reauthorization
from syndication.delivery.sequence import POSSIBLY_SENT_STATES
from syndication.models import AT_REST, Delivery, DeliveryKind, DeliveryState, Link
from syndication.models.reason_texts import SENTENCES

NOTHING_TO_DELETE = Reason("nothing_to_delete")

# First words of incidents (reason_texts.NOTICES)
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
    rows = Delivery.objects.unnotified().select_related("link__member", "post").order_by("pk")
    found: dict[tuple[int, str], list[Delivery]] = defaultdict(list)
    for row in rows[:MAX_ROWS]:
        found[row.link_id, _incident(row)].append(row)
    return sum(_notify_once(rows, incident) for (_, incident), rows in found.items())


def notify_copy_remains(delivery: Delivery) -> bool:
    """Notify the member once of a copy that cannot be deleted. Return whether a notice was made."""
    incident = f"{STILL_OUT_THERE} {delivery.post_id}"
    return notices.notify_of_link(delivery.link, incident, post=delivery.post_id)


def close_answered_notices(link: Link, *, kind: str, reason: str) -> None:
    """After a command on a delivery that had this reason: delete the notice that asked for it, unless
    another delivery of `link` still does."""
    over = Q()
    if not link.deliveries.filter(state=_S.UNCONFIRMED, due_at=None).exists():
        over |= Q(key=reauthorization.UNCONFIRMED)
    rows = link.deliveries.filter(kind=kind, reason=reason)
    if not rows.filter(state__in=(_S.FAILED, _S.EXPIRED)).exists():
        over |= Q(key=_incident_of_reason(kind, reason))
    if over:
        notices.notices_of_link(link).filter(over).delete()


def published_copy_of(delivery: Delivery) -> Delivery | None:
    """The publish that an edit or a delete belongs to."""
    return (
        Delivery.objects.filter(
            post=delivery.post_id,
            link=delivery.link_id,
            kind=DeliveryKind.PUBLISH,
            sequence__lt=delivery.sequence,
        )
        .order_by("-sequence")
        .first()
    )


def _incident(delivery: Delivery) -> str:
    """The incident of this end; "" if the member knows, or closed their account."""
    if not delivery.link.member.is_active:
        return ""
    if delivery.state == _S.UNCONFIRMED:
        return reauthorization.UNCONFIRMED
    if delivery.reason in KNOWN_TO_MEMBER:
        return ""
    if delivery.is_delete:
        copy = published_copy_of(delivery)
        is_out = copy is not None and copy.state in POSSIBLY_SENT_STATES
        return f"{STILL_OUT_THERE} {delivery.post_id}" if is_out else ""
    if delivery.is_edit and delivery.reason == reasons.COPY_GONE:
        return f"{COPY_GONE} {delivery.post_id}"
    return _incident_of_reason(delivery.kind, delivery.reason)


def _incident_of_reason(kind: str, reason: str) -> str:
    code = NOT_CHANGED if kind == DeliveryKind.EDIT else UNDELIVERED
    return f"{code} {reason if reason in SENTENCES else ''}".rstrip()


@transaction.atomic
def _notify_once(rows: Collection[Delivery], incident: str) -> bool:
    """Notify of rows of one link that are one incident; only the worker that marks a row notifies."""
    unnotified = Delivery.objects.unnotified().filter(pk__in=[row.pk for row in rows])
    count = unnotified.update(is_notified=True)
    if not count or not incident:
        return False
    first = next(iter(rows))
    if incident.startswith(STILL_OUT_THERE):
        return notify_copy_remains(first)
    return notices.notify_of_link_counted(
        first.link, incident, post=first.post_id, params={"reason": first.reason}, count=count
    )
