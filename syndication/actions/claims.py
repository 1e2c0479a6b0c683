"""Taking a delivery, holding it, and giving it back with a verdict.

A claim is two conditional UPDATEs in one transaction: the link's slot (one request in flight on a
link) and the delivery's lease. Whoever loses either has touched nothing. The lease outlasts one
request and the quiet time after it, and its owner renews it before each request; a killed worker's
lease runs out and the row is due again. Locks are always taken post, link, delivery, host.
"""

from __future__ import annotations

import functools
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from syndication.actions import breaker, budgets
from syndication.actions.composed import Insert, Select, Update, given
from syndication.models import (
    Attempt,
    Delivery,
    DeliveryState,
    Link,
    LinkState,
    NetworkSwitch,
)
from syndication.models.delivery import DeliveryQuerySet
from syndication.models.link import LinkQuerySet

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
    slot_at: datetime  # the link's slot was taken, or renewed
    host_is_well: bool = False  # nothing is held against it
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
    delivery = _DUE.first(pk=pk, now=now)
    if delivery is None:
        return None
    with transaction.atomic():
        if not (_take_slot(delivery, owner, now) and _take_row(delivery, owner, now)):
            transaction.set_rollback(True)
            return None
        health = breaker.health_of(delivery.link)
        if not breaker.admit(delivery.link, health, now):
            transaction.set_rollback(True)
            return None
        return Claim(
            delivery=delivery,
            link=delivery.link,
            owner=owner,
            attempt=_log_start(delivery, now),
            was_in_doubt=bool(delivery.sent_as),
            slot_at=now,
            host_is_well=breaker.is_well(health),
        )


def renew(held: Claim, now: datetime, *, deadline: float = 0.0) -> None:
    """Hold on for one more request of `deadline` seconds. Raises LostLease."""
    if held.renewed_at is not None and now - held.renewed_at < JUST_NOW and deadline <= USUAL:
        held.renewed_at = None
        return
    until = max(now + LEASE, now + timedelta(seconds=deadline) + LEASE_BEYOND_DEADLINE)
    with transaction.atomic():
        _renew_slot(held, now, until)
        if not _mine(held).update(lease_until=until):
            raise LostLease


def mark_sending(held: Claim, now: datetime, sent_as: dict[str, object]) -> None:
    """Write down that the request is about to leave, and renew the lease with it.

    Raises LostLease (a press took the row back).
    """
    fields: dict[str, object] = {"sent_as": sent_as, "reads": 0, "lease_until": now + LEASE}
    if not held.was_in_doubt:
        fields["first_sent_at"] = now
    if now - held.slot_at >= JUST_NOW:
        _renew_slot(held, now, now + LEASE)
    if not _put(held, DeliveryState.SENDING, now, fields):
        raise LostLease
    held.renewed_at = now


def let_go(held: Claim, now: datetime) -> None:
    """Somebody took the row from under us: at least the link's slot is free again at once."""
    _free_slot(held)
    Attempt.objects.filter(pk=held.attempt.pk).update(outcome="taken_over", finished_at=now)


def settle(held: Claim, state: str, *, outcome: str, now: datetime, **fields: object) -> bool:
    """Give the row back in `state`, the link its slot, the log its end. Whether the row was ours."""
    attempt = held.attempt
    with transaction.atomic():
        _free_slot(held)
        is_ours = _put(held, state, now, {**fields, "lease_owner": "", "lease_until": None})
        _END_ATTEMPT(
            pk=attempt.pk,
            outcome=outcome,
            finished_at=now,
            http_status=attempt.http_status,
            excerpt=attempt.excerpt,
            version=attempt.version,
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
    return _TAKE_SLOT(pk=delivery.link_id, now=now, sending_until=now + LEASE, sending_by=owner)


def _take_row(delivery: Delivery, owner: str, now: datetime) -> bool:
    """The lease, and the count: a delivery that kills its worker must run out of tries too."""
    before = {f"{name}_before": getattr(delivery, name) for name in ("state", "tries", "reads")}
    changes: dict[str, object] = {"lease_owner": owner, "lease_until": now + LEASE}
    if delivery.state == DeliveryState.WAITING:
        changes["tries"] = delivery.tries + 1
    elif delivery.may_be_repeated:
        changes.update(state=DeliveryState.WAITING, tries=delivery.tries + 1)
    else:
        changes.update(state=DeliveryState.UNCONFIRMED, reads=delivery.reads + 1)
    row = _taking(tuple(changes))
    return bool(row(pk=delivery.pk, now=now, **before, **changes)) and _now_has(delivery, changes)


def _log_start(delivery: Delivery, now: datetime) -> Attempt:
    is_reading = delivery.state == DeliveryState.UNCONFIRMED
    attempt = Attempt(
        delivery_id=delivery.pk,
        number=delivery.reads if is_reading else delivery.tries,
        doing="look_up" if is_reading else delivery.kind,
        started_at=now,
    )
    attempt.pk = _LOG(
        delivery_id=delivery.pk, number=attempt.number, doing=attempt.doing, started_at=now
    )
    return attempt


def _mine(held: Claim) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk=held.delivery.pk, lease_owner=held.owner)


def _put(held: Claim, state: str, now: datetime, fields: dict[str, object]) -> bool:
    """The allowed change to `state`, or none where it is there already."""
    changes = {**fields, "state": state}
    move = _becoming(state, (*changes, "changed_at"))
    whose = {"pk": held.delivery.pk, "owner": held.owner}
    done = move(**whose, **changes, changed_at=now) or _mine(held).filter(state=state).update(
        **fields
    )
    return bool(done) and _now_has(held.delivery, changes)


def _renew_slot(held: Claim, now: datetime, until: datetime) -> None:
    held.slot_at = now
    Link.objects.filter(pk=held.link.pk, sending_by=held.owner).update(sending_until=until)


def _free_slot(held: Claim) -> None:
    _FREE_SLOT(pk=held.link.pk, owner=held.owner, sending_until=None, sending_by="")


def _now_has(delivery: Delivery, fields: dict[str, object]) -> bool:
    """Keep the instance in step with its row, without asking for the row."""
    for name, value in fields.items():
        setattr(delivery, name, value)
    return True


# --- What each delivery says to the database, composed once (actions.composed) -------------------
PK = given("pk", Delivery, "id")
NOW = given("now", Delivery, "due_at")
OWNER = given("owner", Delivery, "lease_owner")

_DUE = Select(lambda: Delivery.objects.due(NOW).filter(pk=PK).select_related("link"))
_TAKE_SLOT = Update(lambda: _free_links().filter(pk=PK), "sending_until", "sending_by")
_FREE_SLOT = Update(
    lambda: Link.objects.filter(pk=PK, sending_by=OWNER), "sending_until", "sending_by"
)
_LOG = Insert(Attempt, "delivery_id", "number", "doing", "started_at")
_END_ATTEMPT = Update(
    lambda: Attempt.objects.filter(pk=PK),
    "outcome",
    "finished_at",
    "http_status",
    "excerpt",
    "version",
)


def _free_links() -> LinkQuerySet:
    """Active, nothing in flight on it, and neither it nor its network resting or paused."""
    free = Q(sending_until=None) | Q(sending_until__lte=NOW)
    is_paused = Exists(NetworkSwitch.objects.filter(network=OuterRef("network"), is_paused=True))
    is_resting = budgets.resting(NOW, link="pk", network="network")
    return Link.objects.active().filter(free, ~is_paused, ~is_resting)


@functools.cache
def _taking(names: tuple[str, ...]) -> Update:
    """The row as it was read, still due; it gets these columns."""
    before = {name: given(f"{name}_before", Delivery, name) for name in ("state", "tries", "reads")}
    return Update(lambda: _due_in_order(NOW).filter(pk=PK, **before), *names)


@functools.cache
def _becoming(state: str, names: tuple[str, ...]) -> Update:
    """Its owner's row, where it may become `state`."""
    return Update(
        lambda: Delivery.objects.filter(pk=PK, lease_owner=OWNER).that_may_become(state), *names
    )
