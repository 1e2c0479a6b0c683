"""Claims: lease a delivery to one worker, renew the lease, and settle the row with its outcome.

A claim is two conditional UPDATEs in one transaction: the link's slot (one request in flight on a
link) and the delivery's lease. A worker that loses either has changed nothing. The lease outlasts one
request and the quiet time after it, and is renewed before each request; a killed worker's lease
expires and the row is due again. Locks are always taken in the order post, link, delivery, host.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from syndication.delivery import circuit_breaker, retry_policy
from syndication.delivery.claimable import NOW, link_is_free, startable
from syndication.delivery.compiled import (
    CompiledSelect,
    CompiledUpdate,
    execute_atomic,
    execute_pipeline,
    param,
)
from syndication.models import (
    CHANGES,
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    HostHealth,
    Link,
)

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LEASE = timedelta(seconds=120)
# Beyond a request's own deadline: time for a late arrival to show before the timeline is read back.
LEASE_BEYOND_DEADLINE = timedelta(seconds=60)
USUAL_DEADLINE = 20.0  # seconds: a request's deadline, unless it carries a picture
# A lease renewed within this time is not renewed again for a request of the usual deadline.
RENEWED_RECENTLY = timedelta(seconds=1)


class LostLease(Exception):
    """The lease expired and another worker owns the row: nothing more may be sent."""


@dataclass
class Claim:
    """A leased delivery, its link, and the log row of this attempt."""

    delivery: Delivery
    link: Link  # not delivery.link, which is reloaded with the row
    owner: str
    attempt: Attempt
    had_unknown_outcome: bool  # an earlier try still has no outcome
    slot_at: datetime  # when the link's slot was taken or renewed
    # Its former owner's lease expired. If that worker's clock differs, its request may still be under
    # way: a copy that is not found now is looked for once more, after a quiet time.
    was_abandoned: bool
    host_is_healthy: bool = False  # neither failing nor slow at the time of the claim
    renewed_at: datetime | None = (
        None  # by `mark_sending`, which spares the next request the renewal
    )


def claim_delivery(
    pk: int, *, owner: str, now: datetime, may_ask: Callable[[Link], bool] = lambda link: True
) -> Claim | None:
    """Claim delivery `pk`, or return None if it cannot be claimed now. Counts the try beforehand.

    `may_ask` says whether this process has a free thread for the link's host.
    """
    delivery = _DUE.first(pk=pk, now=now)
    if delivery is None or not may_ask(delivery.link):
        return None
    was_left = delivery.state == DeliveryState.SENDING
    with transaction.atomic():
        attempt, health = _acquire(delivery, owner, now)
        if attempt is None or not circuit_breaker.allow_request(delivery.link, health, now):
            transaction.set_rollback(True)
            return None
        return Claim(
            delivery=delivery,
            link=delivery.link,
            owner=owner,
            attempt=attempt,
            had_unknown_outcome=bool(delivery.sent_as),
            slot_at=now,
            was_abandoned=was_left,
            host_is_healthy=circuit_breaker.is_healthy(health),
        )


def renew_claim(claim: Claim, now: datetime, *, deadline: float = 0.0) -> None:
    """Extend the lease for one more request of `deadline` seconds. Raises LostLease."""
    if (
        claim.renewed_at is not None
        and now - claim.renewed_at < RENEWED_RECENTLY
        and deadline <= USUAL_DEADLINE
    ):
        claim.renewed_at = None
        return
    until = max(now + LEASE, now + timedelta(seconds=deadline) + LEASE_BEYOND_DEADLINE)
    with transaction.atomic():
        _renew_slot(claim, now, until)
        mine = Delivery.objects.filter(pk=claim.delivery.pk, lease_owner=claim.owner)
        if not mine.update(lease_until=until):
            raise LostLease


def mark_sending(claim: Claim, now: datetime, sent_as: dict[str, object]) -> None:
    """Record that the request is about to be sent, and renew the lease.

    Raises LostLease, also where a member's command took the row back.
    """
    fields: dict[str, object] = {"state": DeliveryState.SENDING, "sent_as": sent_as, "reads": 0}
    fields["lease_until"] = now + LEASE
    if not claim.had_unknown_outcome:
        fields["first_sent_at"] = now
    if now - claim.slot_at >= RENEWED_RECENTLY:
        _renew_slot(claim, now, now + LEASE)
    [is_ours] = execute_pipeline(_owner_update(claim, fields, now))
    if not is_ours:
        raise LostLease
    _set_fields(claim.delivery, fields)
    claim.renewed_at = now


def release_claim(claim: Claim, now: datetime) -> None:
    """Free the link's slot at once after the lease was lost, and close the log row."""
    execute_pipeline(_slot_release(claim))
    Attempt.objects.filter(pk=claim.attempt.pk).update(
        outcome=AttemptOutcome.TAKEN_OVER, finished_at=now
    )


def settle_claim(
    claim: Claim,
    state: str,
    *,
    outcome: AttemptOutcome,
    now: datetime,
    apart: float = 0.0,
    **fields: object,
) -> bool:
    """Release the row in `state`, free the link's slot, close the log row. Return whether it was ours.

    `apart`: seconds for which the link's slot stays closed.
    """
    free_at = now + timedelta(seconds=apart) if apart else None
    attempt = claim.attempt
    ended = {name: getattr(attempt, name) for name in _ATTEMPT_RESULT}
    changes = {**fields, "state": state, "lease_owner": "", "lease_until": None}
    _, is_ours, _ = execute_atomic(
        _slot_release(claim, free_at),
        _owner_update(claim, changes, now),
        (_END_ATTEMPT, {"pk": attempt.pk, "outcome": outcome, "finished_at": now, **ended}),
        is_async_commit=True,  # a lost commit leaves `sending`, which is read back
    )
    if is_ours:
        _set_fields(claim.delivery, changes)
    else:
        logger.warning("delivery %s: %s came after the lease", claim.delivery.pk, outcome)
    return bool(is_ours)


def is_poison(delivery: Delivery) -> bool:
    """Whether MAX_TRIES attempts of this delivery never ended: it kills its workers.

    One unended attempt among many is a restart.
    """
    unended = delivery.attempts.filter(outcome="", started_at__gte=delivery.asked_at)
    return unended.count() > retry_policy.MAX_TRIES  # this one is among them


def _acquire(
    delivery: Delivery, owner: str, now: datetime
) -> tuple[Attempt | None, HostHealth | None]:
    """Take slot and lease, write the log row, and read the host's health, in one round trip.

    The attempt is None if slot or lease was taken; the caller then rolls back.
    """
    changes = _with_try_counted(delivery, {"lease_owner": owner, "lease_until": now + LEASE})
    before = {f"{name}_before": getattr(delivery, name) for name in _COUNTS}
    has_slot, has_row, health = execute_pipeline(
        (_ACQUIRE_SLOT, {"pk": delivery.link_id, "now": now, **_slot_fields(owner, now + LEASE)}),
        (_claim_update(tuple(changes)), {"pk": delivery.pk, "now": now, **before, **changes}),
        circuit_breaker.health_of(delivery.link),
        is_async_commit=True,  # the commit of `sending` waits for the disk, and covers this one
    )
    if not (has_slot and has_row):
        return None, None
    _set_fields(delivery, changes)
    attempt = Attempt.objects.create(**_attempt_fields(delivery, changes, now))
    return attempt, health[0] if health else None


def _with_try_counted(delivery: Delivery, changes: dict[str, Any]) -> dict[str, Any]:
    """Add this try or read-back to `changes` before it starts: a delivery that kills its worker must
    run out of tries, too."""
    if delivery.state == DeliveryState.WAITING:
        return {**changes, "tries": delivery.tries + 1}
    if delivery.may_be_repeated:
        return {**changes, "state": DeliveryState.WAITING, "tries": delivery.tries + 1}
    return {**changes, "state": DeliveryState.UNCONFIRMED, "reads": delivery.reads + 1}


def _attempt_fields(delivery: Delivery, changes: dict[str, Any], now: datetime) -> dict[str, Any]:
    is_reading = "reads" in changes
    return {
        "delivery_id": delivery.pk,
        "number": changes["reads" if is_reading else "tries"],
        "doing": "look_up" if is_reading else delivery.operation,
        "started_at": now,
    }


def _owner_update(
    claim: Claim, changes: dict[str, object], now: datetime
) -> tuple[CompiledUpdate, dict[str, Any]]:
    """The owner's UPDATE of its row, to an allowed next state or the present one."""
    whose = {"pk": claim.delivery.pk, "owner": claim.owner, "changed_at": now}
    return _transition_update(str(changes["state"]), (*changes, "changed_at")), {**changes, **whose}


def _renew_slot(claim: Claim, now: datetime, until: datetime) -> None:
    claim.slot_at = now
    Link.objects.filter(pk=claim.link.pk, sending_by=claim.owner).update(sending_until=until)


def _slot_release(
    claim: Claim, free_at: datetime | None = None
) -> tuple[CompiledUpdate, dict[str, Any]]:
    return _RELEASE_SLOT, {"pk": claim.link.pk, "owner": claim.owner, **_slot_fields("", free_at)}


def _slot_fields(owner: str, until: datetime | None) -> dict[str, Any]:
    return {"sending_until": until, "sending_by": owner}


def _set_fields(delivery: Delivery, fields: dict[str, Any]) -> None:
    """Set the updated columns on the instance, without reloading it."""
    for name, value in fields.items():
        setattr(delivery, name, value)


# --- Compiled statements of each claim (delivery.compiled) ----------------------------------------
_ATTEMPT_RESULT = ("http_status", "reason", "network_message", "excerpt", "version")
PK = param("pk", Delivery, "id")
OWNER = param("owner", Delivery, "lease_owner")

_COUNTS = ("state", "tries", "reads")  # compared with what was read: another worker may be faster

_DUE = CompiledSelect(
    lambda: (
        Delivery.objects.due(NOW)
        .filter(pk=PK)
        .exclude(link__sending_until__gt=NOW)
        .select_related("link")
    )
)
_ACQUIRE_SLOT = CompiledUpdate(
    lambda: Link.objects.filter(link_is_free(NOW), pk=PK), "sending_until", "sending_by"
)
_RELEASE_SLOT = CompiledUpdate(
    lambda: Link.objects.filter(pk=PK, sending_by=OWNER), "sending_until", "sending_by"
)
_END_ATTEMPT = CompiledUpdate(
    lambda: Attempt.objects.filter(pk=PK),
    "outcome",
    "finished_at",
    *_ATTEMPT_RESULT,
)


@functools.cache
def _claim_update(names: tuple[str, ...]) -> CompiledUpdate:
    """The UPDATE that claims a row: unchanged since it was read, still startable; sets `names`."""
    before = {name: param(f"{name}_before", Delivery, name) for name in _COUNTS}
    return CompiledUpdate(lambda: startable(NOW).filter(pk=PK, **before), *names)


@functools.cache
def _transition_update(state: str, names: tuple[str, ...]) -> CompiledUpdate:
    """The UPDATE that moves its owner's row to `state`, from it or from an allowed one; sets `names`."""
    states = [state, *(before for before, after in CHANGES.items() if state in after)]
    return CompiledUpdate(
        lambda: Delivery.objects.filter(pk=PK, lease_owner=OWNER, state__in=states), *names
    )
