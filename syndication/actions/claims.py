"""Taking a delivery, holding it, and giving it back with a verdict.

A claim is two conditional UPDATEs in one transaction: the link's slot (one request in flight on a
link) and the delivery's lease. Whoever loses either has touched nothing. The lease outlasts one
request and the quiet time after it, and its owner renews it before each request; a killed worker's
lease runs out and the row is due again. Locks are always taken post, link, delivery, host.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from syndication.actions import breaker, budgets
from syndication.models import (
    Attempt,
    Delivery,
    DeliveryState,
    Link,
    LinkState,
    NetworkSwitch,
)
from syndication.models.delivery import DeliveryQuerySet

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LEASE = timedelta(seconds=120)
# After a request's own deadline: time for what arrived late to show before anybody reads back.
LEASE_BEYOND_DEADLINE = timedelta(seconds=60)
# What a lease is long enough for without being renewed twice in one second.
USUAL = 20.0  # seconds: a request's deadline, unless it carries a picture
JUST_NOW = timedelta(seconds=1)


class LostLease(Exception):  # noqa: N818 - a fact: somebody else holds the row now
    """We were too slow; the row is somebody else's. Nothing more may leave."""


@dataclass
class Claim:
    """A delivery that is ours for a while, and the log line of this try."""

    delivery: Delivery
    link: Link  # not delivery.link, which is read anew each time the row is
    owner: str
    attempt: Attempt
    was_in_doubt: bool  # an earlier try has no verdict yet
    renewed_at: datetime | None = None  # with `sending`, for the request that leaves right after it


def claimable(now: datetime) -> DeliveryQuerySet:
    """Due rows that could be taken this moment."""
    paused = NetworkSwitch.objects.filter(network=OuterRef("link__network"), is_paused=True)
    return (
        _due_in_order(now)
        .filter(~Exists(paused), ~budgets.resting(now), link__state=LinkState.ACTIVE)
        .exclude(link__sending_until__gt=now)
        .exclude(breaker.closed_to(now, prefix="link__"))
    )


def turns(now: datetime, most: int) -> list[int]:
    """Up to `most` rows to try next, links taking turns: a link with thousands of rows, or a
    backlog of thousands of links, holds up nobody's post of this moment.

    Half of the turns go to the links that have waited longest, half to those that came last. On
    each link the oldest goes first.
    """
    due = claimable(now)
    by_link = due.values("link").annotate(first=Min("due_at"), last=Max("due_at"))
    longest = by_link.order_by("first", "link").values_list("link", flat=True)[: most - most // 2]
    newest = by_link.order_by("-last", "-link").values_list("link", flat=True)[: most // 2]
    links = list(dict.fromkeys([*longest, *newest]))
    place = Window(RowNumber(), partition_by="link", order_by=["due_at", "pk"])
    rows = (
        due.filter(link__in=links)
        .annotate(place=place)
        .filter(place__lte=max(1, most // max(1, len(links))))
        .values_list("place", "link", "pk")
    )
    random.shuffle(links)  # two workers with one list do not follow each other about
    turn = {link: number for number, link in enumerate(links)}
    return [pk for place, link, pk in sorted(rows, key=lambda row: (row[0], turn[row[1]]))]


def claim(pk: int, *, owner: str, now: datetime) -> Claim | None:
    """Take the row, or None where that may not be now. Counts the try before anything is done."""
    delivery = Delivery.objects.due(now).filter(pk=pk).select_related("link", "post").first()
    if delivery is None:
        return None
    with transaction.atomic():
        taken = (
            _take_slot(delivery, owner, now)
            and _take_row(delivery, owner, now)
            and breaker.admit(delivery.link, now)
        )
        if not taken:
            transaction.set_rollback(True)
            return None
        return Claim(
            delivery=delivery,
            link=delivery.link,
            owner=owner,
            attempt=_log_start(delivery, now),
            was_in_doubt=bool(delivery.sent_as),
        )


def renew(held: Claim, now: datetime, *, deadline: float = 0.0) -> None:
    """Hold on for one more request of `deadline` seconds. Raises LostLease."""
    if held.renewed_at is not None and now - held.renewed_at < JUST_NOW and deadline <= USUAL:
        held.renewed_at = None
        return
    until = max(now + LEASE, now + timedelta(seconds=deadline) + LEASE_BEYOND_DEADLINE)
    with transaction.atomic():
        Link.objects.filter(pk=held.link.pk, sending_by=held.owner).update(sending_until=until)
        if not _mine(held).update(lease_until=until):
            raise LostLease


def mark_sending(held: Claim, now: datetime, sent_as: dict[str, object]) -> None:
    """Write down that the request is about to leave, and renew the lease with it.

    Raises LostLease (a press took the row back).
    """
    fields: dict[str, object] = {"sent_as": sent_as, "reads": 0, "lease_until": now + LEASE}
    if not held.was_in_doubt:
        fields["first_sent_at"] = now
    Link.objects.filter(pk=held.link.pk, sending_by=held.owner).update(sending_until=now + LEASE)
    if not _put(held, DeliveryState.SENDING, fields):
        raise LostLease
    held.renewed_at = now


def let_go(held: Claim, now: datetime) -> None:
    """Somebody took the row from under us: at least the link's slot is free again at once."""
    Link.objects.filter(pk=held.link.pk, sending_by=held.owner).update(
        sending_until=None, sending_by=""
    )
    Attempt.objects.filter(pk=held.attempt.pk).update(outcome="taken_over", finished_at=now)


def settle(held: Claim, state: str, *, outcome: str, now: datetime, **fields: object) -> bool:
    """Give the row back in `state`, the link its slot, the log its end. Whether the row was ours."""
    with transaction.atomic():
        Link.objects.filter(pk=held.link.pk, sending_by=held.owner).update(
            sending_until=None, sending_by=""
        )
        is_ours = _put(held, state, {**fields, "lease_owner": "", "lease_until": None})
        held.attempt.outcome = outcome
        held.attempt.finished_at = now
        held.attempt.save(
            update_fields=["outcome", "finished_at", "http_status", "excerpt", "version"]
        )
    if not is_ours:
        logger.warning("delivery %s: %s came after the lease", held.delivery.pk, outcome)
    return is_ours


def _due_in_order(now: datetime) -> DeliveryQuerySet:
    """Due, and nothing earlier of the same post on the same link is still open."""
    earlier = Delivery.objects.open().filter(
        post=OuterRef("post"), link=OuterRef("link"), sequence__lt=OuterRef("sequence")
    )
    return Delivery.objects.due(now).filter(~Exists(earlier))


def _take_slot(delivery: Delivery, owner: str, now: datetime) -> int:
    free = Q(sending_until=None) | Q(sending_until__lte=now)
    link = Link.objects.filter(free, pk=delivery.link_id, state=LinkState.ACTIVE)
    is_paused = Exists(NetworkSwitch.objects.filter(network=OuterRef("network"), is_paused=True))
    is_resting = budgets.resting(now, link="pk", network="network")
    return link.filter(~is_paused, ~is_resting).update(sending_until=now + LEASE, sending_by=owner)


def _take_row(delivery: Delivery, owner: str, now: datetime) -> bool:
    """The lease, and the count: a delivery that kills its worker must run out of tries too."""
    before = {name: getattr(delivery, name) for name in ("state", "tries", "reads")}
    changes: dict[str, object] = {"lease_owner": owner, "lease_until": now + LEASE}
    if delivery.state == DeliveryState.WAITING:
        changes["tries"] = delivery.tries + 1
    elif delivery.may_be_repeated:
        changes.update(state=DeliveryState.WAITING, tries=delivery.tries + 1)
    else:
        changes.update(state=DeliveryState.UNCONFIRMED, reads=delivery.reads + 1)
    row = _due_in_order(now).filter(pk=delivery.pk, **before)
    return bool(row.update(**changes)) and _now_has(delivery, changes)


def _log_start(delivery: Delivery, now: datetime) -> Attempt:
    is_reading = delivery.state == DeliveryState.UNCONFIRMED
    return Attempt.objects.create(
        delivery=delivery,
        number=delivery.reads if is_reading else delivery.tries,
        doing="look_up" if is_reading else delivery.kind,
        started_at=now,
    )


def _mine(held: Claim) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk=held.delivery.pk, lease_owner=held.owner)


def _put(held: Claim, state: str, fields: dict[str, object]) -> bool:
    """The allowed change to `state`, or none where it is there already."""
    done = _mine(held).change(state, **fields) or _mine(held).filter(state=state).update(**fields)
    return bool(done) and _now_has(held.delivery, {**fields, "state": state})


def _now_has(delivery: Delivery, fields: dict[str, object]) -> bool:
    """Keep the instance in step with its row, without asking for the row."""
    for name, value in fields.items():
        setattr(delivery, name, value)
    return True
