"""Reconcile: look on the network's own timeline for the copy of an unconfirmed delivery.

A copy that belongs to another delivery of the link never counts: two equal texts are two posts.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import Candidates, Connector, Receipt, RemotePost
from syndication.connectors.errors import ConnectorError, OutcomeUnknown, TryLater, Unauthorized
from syndication.connectors.text import comparable_core, normalise
from syndication.delivery import (
    claims,
    outcomes,
    reauthorization,
    retry_policy,
    sequence,
)
from syndication.delivery.outcomes import DeliveryRun
from syndication.delivery.snapshots import (
    may_read_otherwise,
    post_from_snapshot,
    unconfirmed_snapshots,
)
from syndication.models import (
    AttemptOutcome,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Interaction,
    InteractionKind,
)

logger = logging.getLogger(__name__)

CLOCK_TOLERANCE = timedelta(seconds=60)
READS_WHERE_TIMELINE_LAGS = 2


@dataclass(frozen=True)
class RemoteCopySearch:
    """What the timeline shows. `copy` None means absent if `is_conclusive`, else unknown.

    `version`: the content's version that the copy has; None if it may be one of several.
    """

    copy: RemotePost | None = None
    version: int | None = None
    is_conclusive: bool = True


def reconcile_delivery(run: DeliveryRun) -> None:
    """Read the timeline back and settle the delivery by what it shows."""
    connector = CONNECTORS[run.link.network]
    delivery = run.delivery
    can_look = delivery.subject_kind in connector.can_reconcile and delivery.sent_as
    is_poison = delivery.reads > retry_policy.MAX_READS and claims.is_poison(delivery)
    if not can_look or is_poison:
        outcomes.ask_member(run, AttemptOutcome.CANNOT_LOOK)
        return
    try:
        seen = run.call_with_refresh(lambda each: _find_remote_copy(run, each))
    except ConnectorError as error:
        outcomes.log_error(run, error)
        _record_unreadable(run, error)
        return
    except claims.LostLease:
        raise
    except Exception:  # a bug must not block the link until the lease expires
        logger.exception("delivery %s", delivery.pk)
        _record_unreadable(run, OutcomeUnknown(reasons.UNREADABLE))
        return
    _settle_search(run, seen, lags=connector.timeline_lags)


def _settle_search(run: DeliveryRun, seen: RemoteCopySearch, *, lags: bool) -> None:
    if seen.copy is not None:
        receipt = Receipt(seen.copy.remote_id, seen.copy.url)
        outcomes.record_sent(run, receipt, AttemptOutcome.FOUND, version=seen.version)
    elif run.claim.was_abandoned or (lags and run.delivery.reads < READS_WHERE_TIMELINE_LAGS):
        due_at = outcomes.earliest_reconcile_at(run.link, run.now())
        run.settle(
            DeliveryState.UNCONFIRMED,
            AttemptOutcome.NOT_FOUND,
            due_at=due_at,
            reason=outcomes.RECONCILING,
        )
    elif seen.is_conclusive:
        outcomes.reschedule(run, "", outcome=AttemptOutcome.NOT_FOUND)
    else:
        outcomes.ask_member(run, AttemptOutcome.NOT_SURE, reason=outcomes.NOT_SURE)


def _find_remote_copy(run: DeliveryRun, connector: Connector) -> RemoteCopySearch:
    """Find the copy by the content sent last, then by that of earlier tries. Exact matches come before
    those that a server may have rewritten."""
    tries: list[tuple[dict[str, Any], Candidates]] = []
    for snapshot in unconfirmed_snapshots(run.delivery.sent_as):
        found = _with_parent(run.delivery, snapshot, _candidates(run, connector, snapshot))
        copy = _own_copy(run.delivery, found.exact)
        if copy is not None:
            return RemoteCopySearch(copy, int(snapshot["version"]))
        tries.append((snapshot, found))
    for snapshot, found in tries:
        copy = _own_copy(run.delivery, found.alike)
        if copy is None or run.delivery.is_edit:
            continue
        if _is_ambiguous(run.delivery, connector, snapshot):
            return RemoteCopySearch(is_conclusive=False)
        return RemoteCopySearch(copy, int(snapshot["version"]) if len(tries) == 1 else None)
    return RemoteCopySearch(
        is_conclusive=all(
            found.is_conclusive and not may_read_otherwise(snapshot) for snapshot, found in tries
        )
    )


def _with_parent(delivery: Delivery, snapshot: dict[str, Any], found: Candidates) -> Candidates:
    """Keep the candidates with the right parent: a post has none.

    A reply with the text sent that answers something else is doubt: the network may have put it there,
    or the member wrote it by hand. Only a receipt proves the former, so nothing is deleted here.
    """
    if delivery.is_edit:
        return found
    parent = snapshot["reply_to"]["remote_id"] if "reply_to" in snapshot else ""
    both = (found.exact, found.alike)
    exact, alike = (tuple(one for one in some if one.parent_id == parent) for some in both)
    others = [one for some in both for one in some if one.parent_id != parent]
    is_clear = delivery.interaction is None or not _may_be_misplaced(delivery, others)
    return Candidates(exact, alike, is_conclusive=found.is_conclusive and is_clear)


def _may_be_misplaced(delivery: Delivery, elsewhere: Sequence[RemotePost]) -> bool:
    """Whether one of these may be the reply, outside of its thread: not the copy of another delivery, nor in
    a thread that the member answers, too."""
    parents = {one.parent_id for one in elsewhere}
    threads = Interaction.objects.filter(link=delivery.link_id, target_id__in=parents)
    answered = set(threads.values_list("target_id", flat=True)) if parents else set()
    left = [one for one in elsewhere if one.parent_id not in answered]
    return bool(left) and _first_unclaimed(left, delivery) is not None


def _candidates(run: DeliveryRun, connector: Connector, snapshot: dict[str, Any]) -> Candidates:
    copy = sequence.published_copy_of(run.delivery) if run.delivery.is_edit else run.delivery
    if copy is None:
        return Candidates()
    since = copy.first_sent_at or copy.created_at
    return connector.look_up(
        post_from_snapshot(snapshot),
        since=(since - CLOCK_TOLERANCE).timestamp(),
        idempotency_key=run.delivery.idempotency_key,
    )


def _own_copy(delivery: Delivery, candidates: Sequence[RemotePost]) -> RemotePost | None:
    """For an edit its own copy, for a publish the first candidate that no other delivery has."""
    if not delivery.is_edit:
        return _first_unclaimed(candidates, delivery)
    copy = sequence.published_copy_of(delivery)
    ours = (each for each in candidates if copy is not None and each.remote_id == copy.remote_id)
    return next(ours, None)


def _is_ambiguous(delivery: Delivery, connector: Connector, snapshot: dict[str, Any]) -> bool:
    """Whether the candidate may as well be the copy of another unconfirmed delivery, whose text differs
    only in what servers rewrite or the timeline does not show."""
    post = post_from_snapshot(snapshot)
    ours, text = connector.reconciled_text(post), connector.preview(post).text
    others = Delivery.objects.open().filter(
        link=delivery.link_id, operation=DeliveryOperation.PUBLISH
    )
    if delivery.interaction is None:
        others = others.filter(interaction=None)
    else:
        others = others.filter(interaction__target_id=delivery.interaction.target_id)
        others = others.exclude(interaction__kind=InteractionKind.LIKE)
    for other in others.exclude(pk=delivery.pk).exclude(sent_as={}):
        for theirs in unconfirmed_snapshots(other.sent_as):
            their_post = post_from_snapshot(theirs)
            shown = connector.preview(their_post).text
            is_alike = comparable_core(connector.reconciled_text(their_post)) == comparable_core(
                ours
            )
            if is_alike and normalise(shown) != normalise(text):
                return True
    return False


def _first_unclaimed(candidates: Sequence[RemotePost], delivery: Delivery) -> RemotePost | None:
    others = set(
        Delivery.objects.filter(
            link=delivery.link_id,
            operation=DeliveryOperation.PUBLISH,
            remote_id__in=[each.remote_id for each in candidates],
        )
        .exclude(pk=delivery.pk)
        .values_list("remote_id", flat=True)
    )
    return next((each for each in candidates if each.remote_id not in others), None)


def _record_unreadable(run: DeliveryRun, error: ConnectorError) -> None:
    """The timeline could not be read: try later, after reauthorization, or ask the member."""
    if isinstance(error, Unauthorized) and not error.scope:
        run.settle(
            DeliveryState.UNCONFIRMED,
            AttemptOutcome.UNAUTHORIZED,
            due_at=run.now(),
            reason=outcomes.RECONCILING,
        )
        reauthorization.require_reauthorization(run.link, error.reason)
        return
    due_at = None
    if isinstance(error, (TryLater, OutcomeUnknown)):
        due_at = retry_policy.next_read(
            run.delivery, run.now(), after=getattr(error, "after", None)
        )
    if due_at is None:
        outcomes.ask_member(run, AttemptOutcome.CANNOT_LOOK)
    else:
        run.settle(
            DeliveryState.UNCONFIRMED,
            AttemptOutcome.NOT_READ,
            due_at=due_at,
            reason=outcomes.RECONCILING,
        )
