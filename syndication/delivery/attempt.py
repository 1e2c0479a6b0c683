"""Attempt a delivery: claim, check, send, record the outcome. Safe to call at any time, by any worker.

The order loses and duplicates nothing: claim (counting the try), fresh credentials, the pre-send check
on fresh rows with the post locked, `sending` committed in that same transaction, the request, the
outcome. If a worker dies in between, the row records its last step.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.bulkhead import Bulkhead
from accounts.outgoing import outgoing_http
from syndication.connectors import reasons
from syndication.connectors.base import Connector, OutgoingPost, Receipt
from syndication.connectors.errors import ConnectorError, OutcomeUnknown, Rejected, TryLater
from syndication.delivery import (
    circuit_breaker,
    claims,
    corrections,
    edits,
    eligibility,
    equal_posts,
    fairness,
    heartbeats,
    held_posts,
    interactions,
    outcomes,
    reconcile,
    retry_policy,
    sequence,
    snapshots,
    undelivered,
    wakeups,
)
from syndication.delivery.claims import Clock, LostLease
from syndication.delivery.compiled import CompiledSelect, execute_pipeline, param
from syndication.delivery.interactions import StrayReply
from syndication.delivery.leased_http import LeasedHttp
from syndication.delivery.outcomes import DeliveryRun
from syndication.delivery.pool import THREADS_PER_WORKER, DeliveryPool
from syndication.delivery.pre_send import PreSendCheckFailed
from syndication.models import Delivery, Link, LinkState, Post, Toggle
from syndication.models.attempt import AttemptOutcome
from syndication.models.delivery_states import DeliveryOperation, DeliveryState

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 3.0  # seconds that one wake-up works; then other tasks have a turn
BATCH_SIZE = 40  # rows chosen at a time: a new post waits for no more than these

# Threads of this process on hosts that members named: all together leave the reserve thread free.
HOST_LIMIT = Bulkhead(most=THREADS_PER_WORKER, per_host=circuit_breaker.THREADS_PER_HOST)


def attempt_delivery(pk: int, *, now: Clock = timezone.now, owner: str = "") -> bool:
    """Attempt delivery `pk` once if it is due and unclaimed. Return whether it was attempted."""
    with HOST_LIMIT.places() as take:
        return _attempt(pk, now, owner or str(uuid.uuid4()), lambda link: _has_thread(link, take))


def _has_thread(link: Link, take: Callable[[str], bool]) -> bool:
    """Whether a thread may be used for the link's host: only hosts that members named are limited."""
    return not link.host or take(link.host)


def _attempt(pk: int, now: Clock, owner: str, may_ask: Callable[[Link], bool]) -> bool:
    claim = claims.claim_delivery(pk, owner=owner, now=now(), may_ask=may_ask)
    if claim is None:
        return False
    run = DeliveryRun(claim, now, LeasedHttp(outgoing_http(), claim, now))
    try:
        _execute(run)
    except LostLease:
        logger.warning("delivery %s was taken over", pk)
        claims.release_claim(claim, now())
    if not run.http.exchanges:
        circuit_breaker.release_probe(circuit_breaker.host_of(run.link))
    _wake_next_in_sequence(run.delivery)
    heartbeats.record_heartbeat()
    return True


def drain_due(
    *,
    seconds: float = DRAIN_SECONDS,
    now: Clock = timezone.now,
    threads: int = 1,
    first: int | None = None,
) -> int:
    """Attempt due deliveries for about `seconds`, round-robin over links, in up to `threads` threads.

    `first` is the key of a delivery to start with. Return the number of attempts.
    """
    pool = DeliveryPool(
        lambda: fairness.next_batch(now(), BATCH_SIZE),
        lambda pk: attempt_delivery(pk, now=now),
        most=threads,
    )
    tried, is_more = pool.work(seconds, first)
    if is_more:
        wakeups.wake_for_due()
    return tried


def _execute(run: DeliveryRun) -> None:
    delivery = run.delivery
    if delivery.state == DeliveryState.UNCONFIRMED:
        reconcile.reconcile_delivery(run)
    elif delivery.is_publish and run.now() > retry_policy.last_try_at(delivery):
        reason = retry_policy.TOO_OLD
        run.settle(DeliveryState.EXPIRED, AttemptOutcome.EXPIRED, due_at=None, reason=reason)
    elif delivery.tries > retry_policy.MAX_TRIES and claims.is_poison(delivery):
        outcomes.fail_delivery(run, outcomes.GAVE_UP, AttemptOutcome.GAVE_UP)
    elif not _is_called_off(run):
        _send(run)


def _is_called_off(run: DeliveryRun) -> bool:
    """Cancel the delete of a correction whose publish will not go, with the post locked. A member who
    narrows or deletes the post comes before, or finds it cancelled and queues another."""
    publish = corrections.publish_behind(run.delivery)
    if publish is None:
        return False
    with transaction.atomic():
        post, link = _reload(run.delivery)
        publish.refresh_from_db()
        if not corrections.is_called_off(publish, post, link, run.now()):
            return False
        reason = corrections.NOT_SENT_ANEW
        run.settle(DeliveryState.CANCELLED, AttemptOutcome.STOOD_DOWN, due_at=None, reason=reason)
    return True


def _send(run: DeliveryRun) -> None:
    step = STEP_OF_OPERATION[run.delivery.operation]
    try:
        receipt = run.call_with_refresh(lambda connector: step(run, connector))
    except LostLease:
        raise
    except PreSendCheckFailed as no:
        _settle_unsent(run, no)
    except StrayReply as stray:
        interactions.retract_stray(run, stray.receipt)
    except ConnectorError as error:
        outcomes.record_error(run, error)
    except Exception:
        logger.exception("delivery %s", run.delivery.pk)
        outcomes.record_error(run, _error_after_bug(run.delivery))
    else:
        outcomes.record_sent(run, receipt, AttemptOutcome.SENT)


def _settle_unsent(run: DeliveryRun, no: PreSendCheckFailed) -> None:
    is_equal = no.reason == equal_posts.EQUAL_SOON
    outcome = AttemptOutcome.EQUAL_SOON if is_equal else AttemptOutcome.STOOD_DOWN
    untried = {} if no.due_at is None else {"tries": max(run.delivery.tries - 1, 0)}
    run.settle(no.state, outcome, due_at=no.due_at, reason=no.reason, **untried)


def _publish(run: DeliveryRun, connector: Connector) -> Receipt:
    if run.delivery.interaction_id is not None:
        return interactions.publish_interaction(run, connector)
    post = _pre_send_check(run)
    return connector.publish(post, idempotency_key=run.delivery.idempotency_key)


def _delete_copy(run: DeliveryRun, connector: Connector) -> Receipt:
    copy = sequence.published_copy_of(run.delivery)
    if run.delivery.is_of_like:
        return interactions.retract_like(run, connector, copy)
    if copy is None or copy.state != DeliveryState.SENT:
        raise PreSendCheckFailed(DeliveryState.CANCELLED, undelivered.NOTHING_TO_DELETE)
    if not copy.remote_id:
        raise Rejected(outcomes.NO_NAME_TO_DELETE)
    claims.mark_sending(run.claim, run.now(), {})
    connector.retract(Receipt(copy.remote_id, copy.remote_url))
    return Receipt("")


def _edit_copy(run: DeliveryRun, connector: Connector) -> Receipt:
    """Give the copy the post's present content; edits that were replaced are never sent."""
    copy = sequence.published_copy_of(run.delivery)
    if copy is None or copy.state != DeliveryState.SENT or copy.remote_deleted_at is not None:
        raise PreSendCheckFailed(DeliveryState.CANCELLED, edits.NOTHING_THERE)
    if not copy.remote_id:
        raise Rejected(edits.NO_NAME_TO_CHANGE)
    post = _pre_send_check(run)
    named = Receipt(copy.remote_id, copy.remote_url)
    receipt = connector.amend(named, post, idempotency_key=run.delivery.idempotency_key)
    edits.store_remote_name(copy, receipt)
    return receipt


STEP_OF_OPERATION: dict[str, Callable[[DeliveryRun, Connector], Receipt]] = {
    DeliveryOperation.PUBLISH: _publish,
    DeliveryOperation.EDIT: _edit_copy,
    DeliveryOperation.DELETE: _delete_copy,
}


def _pre_send_check(run: DeliveryRun) -> OutgoingPost:
    """Check eligibility on fresh rows with the post locked, and commit `sending` in that transaction.

    A member who narrows or deletes the post comes before (the check fails) or after (they find
    `sending` and queue a delete). Raises PreSendCheckFailed.
    """
    with transaction.atomic():
        post, link = _reload(run.delivery)
        run.delivery.post = post  # for what is asked of it once the copy is sent
        audience = run.delivery.audience
        if reason := eligibility.pre_send_check(post, link, audience):
            raise PreSendCheckFailed(DeliveryState.CANCELLED, reason)
        held_posts.require_shown(post, run.now())
        if link.state == LinkState.PARKED:
            raise PreSendCheckFailed(DeliveryState.PARKED, eligibility.NEEDS_YOU)
        if reason := edits.edit_pre_send_check(run.delivery, post):
            raise PreSendCheckFailed(DeliveryState.CANCELLED, reason)
        if reason := corrections.copy_pre_send_check(run.delivery, post):
            raise PreSendCheckFailed(DeliveryState.FAILED, reason)
        is_anew = edits.replaces_photos(run.delivery, post)
        with_photo = is_anew or not run.delivery.is_edit
        outgoing = eligibility.outgoing_post(post, link, audience, with_photo=with_photo)
        outgoing = replace(outgoing, replaces_photos=is_anew)
        if not run.delivery.is_edit:
            equal_posts.wait_for_equal_posts(run.delivery, outgoing, link, run.now())
        before = {} if run.delivery.is_edit else run.delivery.sent_as
        stored = snapshots.snapshot_of(outgoing, version=post.version, before=before)
        claims.mark_sending(run.claim, run.now(), stored)
        run.claim.attempt.version = post.version
    return outgoing


def _error_after_bug(delivery: Delivery) -> ConnectorError:
    """The error to record for a bug of ours: unknown once the request may have left, else retry."""
    if delivery.state == DeliveryState.SENDING:
        return OutcomeUnknown(reasons.UNREADABLE)
    return TryLater(reasons.IN_TROUBLE)


def _wake_next_in_sequence(delivery: Delivery) -> None:
    """Wake the next delivery of the same post, or interaction, and link."""
    subject = "post" if delivery.interaction_id is None else "interaction"
    behind = _NEXT_IN_SEQUENCE[subject].first(
        subject_id=getattr(delivery, f"{subject}_id"),
        link_id=delivery.link_id,
        sequence=delivery.sequence,
    )
    if behind is not None:
        wakeups.wake_for_delivery(behind.pk)


# --- Compiled statements of each attempt (delivery.compiled) --------------------------------------
_POST = CompiledSelect(
    lambda: Post.objects.select_for_update(no_key=True).filter(pk=param("pk", Post, "id"))
)
_LINK = CompiledSelect(
    lambda: Link.objects.select_related("member").filter(pk=param("pk", Link, "id"))
)
_TOGGLES = CompiledSelect(lambda: Toggle.objects.filter(link=param("pk", Link, "id")))


def _next_in_sequence(**subject: Any) -> CompiledSelect:
    return CompiledSelect(
        lambda: Delivery.objects.filter(
            **subject,
            link=param("link_id", Delivery),
            state=DeliveryState.WAITING,
            sequence__gt=param("sequence", Delivery),
        ).order_by("sequence")[:1]
    )


_NEXT_IN_SEQUENCE = {
    "post": _next_in_sequence(post=param("subject_id", Delivery, "post_id")),
    "interaction": _next_in_sequence(interaction=param("subject_id", Delivery, "interaction_id")),
}


def _reload(delivery: Delivery) -> tuple[Post, Link]:
    """Reload post (locked) and link, with the link's toggles prefetched.

    The link is read after the post is locked, which may take a while.
    """
    of_link = {"pk": delivery.link_id}
    [post], [link], toggles = execute_pipeline(
        (_POST, {"pk": delivery.post_id}), (_LINK, of_link), (_TOGGLES, of_link)
    )
    link._prefetched_objects_cache = {"toggles": toggles}
    return post, link
