"""Deliveries that end without arriving: whether the member is told, and telling them once.

Every such end is told, unless its reason is one of `KNOWN_TO_MEMBER`: the member pressed, or the network has
what the post says. So a new reason tells, until somebody adds it there.

A worker tells in the transaction that ends the delivery (verdicts.Run.settle). What ends in another
way (expiry, a link that ends, a press of staff) is told by the sweeper from the rows: `is_told` says
of a row at rest that nothing is left to tell. The press that starts a row again clears it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

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

MAX_ROWS = 500  # rows of one sweep

_S = DeliveryState

KNOWN_TO_MEMBER: frozenset[str] = frozenset(
    {
        # The member's own press
        eligibility.TAKEN_BACK,
        eligibility.STAYS_HERE,
        eligibility.TURNED_OFF,
        eligibility.NOT_OPTED_IN,
        eligibility.UNLINKED,
        eligibility.CLOSED,
        eligibility.DISMISSED,
        # The network has what the post says, or a newer row of the same post says it
        edits.REPLACED,
        edits.ALREADY_THERE,
        # The end of the copy itself was told, or it never was there
        edits.NOTHING_THERE,
        NOTHING_TO_DELETE,
    }
)


def is_undelivered_end(state: str, due_at: object) -> bool:
    """Whether a row that gets `state` and `due_at` rests without having arrived."""
    return state in AT_REST or (state == _S.UNCONFIRMED and due_at is None)


def notify_end(delivery: Delivery) -> bool:
    """Tell the member how `delivery` ended, unless they know. Whether they were told now."""
    return _notify_once([delivery], _incident(delivery))


def notify_pending_ends() -> int:
    """What nobody has told yet, oldest first; deliveries of one incident together. How many notices
    this made or added to."""
    rows = Delivery.objects.untold().select_related("link__member", "post").order_by("pk")
    found: dict[tuple[int, str], list[Delivery]] = defaultdict(list)
    for row in rows[:MAX_ROWS]:
        found[row.link_id, _incident(row)].append(row)
    return sum(_notify_once(rows, incident) for (_, incident), rows in found.items())


def notify_copy_remains(delivery: Delivery) -> bool:
    """Tell the member of a copy that we cannot take back, once for each. Whether it was told."""
    copy = published_copy_of(delivery)
    params = {"day": _day_of(delivery), "address": copy.remote_url if copy else ""}
    incident = f"{STILL_OUT_THERE} {delivery.post_id}"
    return notices.notify(delivery.link.member, incident, link=delivery.link, params=params)


def close_answered_notices(link: Link, *, kind: str, reason: str) -> None:
    """After a press on a row of `link` that had this reason: the notice that asked for the press is
    over when no other row asks for it."""
    over = Q()
    if not link.deliveries.filter(state=_S.UNCONFIRMED, due_at=None).exists():
        over |= Q(incident=reauthorization.UNCONFIRMED)
    rows = link.deliveries.filter(kind=kind, reason=reason)
    if not rows.filter(state__in=(_S.FAILED, _S.MISSED)).exists():
        over |= Q(incident=_incident_of_reason(kind, reason))
    if over:
        link.notices.filter(over, closed_at=None).update(closed_at=timezone.now())


def published_copy_of(delivery: Delivery) -> Delivery | None:
    """The publish that an edit or a delete is about."""
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
    """The incident of which this end is a part; "" where the member knows, or has left us."""
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
    """Tell of rows of one link that are one incident. Whoever marks a row tells of it."""
    untold = Delivery.objects.untold().filter(pk__in=[row.pk for row in rows])
    count = untold.update(is_told=True)
    if not count or not incident:
        return False
    first = next(iter(rows))
    if incident.startswith(STILL_OUT_THERE):
        return notify_copy_remains(first)
    params = {"day": _day_of(first), "reason": first.reason}
    return notices.notify_counted(
        first.link.member, incident, link=first.link, params=params, count=count
    )


def _day_of(delivery: Delivery) -> str:
    """When the post was written, as notices store it."""
    return delivery.post.created_at.isoformat()
