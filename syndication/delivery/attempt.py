"""Trying a delivery. `attempt` may be called by anybody at any time: who may not go returns at once.

The order that loses and doubles nothing: claim (and count the try), fresh credentials, the last look
on fresh rows with the post locked, `sending` committed in that same transaction, the request, the
verdict. Where a worker dies in between, the row says how far it was.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime

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
    edits,
    eligibility,
    equal_posts,
    fairness,
    heartbeats,
    outcomes,
    reconcile,
    retry_policy,
    undelivered,
    wakeups,
)
from syndication.delivery.claims import Clock, LostLease
from syndication.delivery.compiled import Select, given, together
from syndication.delivery.leased_http import LeasedHttp
from syndication.delivery.outcomes import Run
from syndication.delivery.pool import HANDS, Hands
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link, LinkState, Post, Toggle

logger = logging.getLogger(__name__)

SLICE = 3.0  # seconds that one hint works on what is due; then other tasks have a turn
BATCH = 40  # rows between two looks at what is due: a new post waits for no more than these


# Deliveries of this process to hosts that members named: all together leave the reserve hand free.
HOSTS = Bulkhead(most=HANDS, per_host=circuit_breaker.HANDS_OF_ONE_HOST)


class StandDown(Exception):
    """The request may not leave."""

    def __init__(self, state: str, reason: str, *, due_at: datetime | None = None) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason
        self.due_at = due_at  # when it may, where it only has to wait


def attempt(pk: int, *, now: Clock = timezone.now, owner: str = "") -> bool:
    """Try delivery `pk` once, if its turn has come and nobody else has it. Whether it was tried."""
    with HOSTS.places() as take:
        return _attempt(pk, now, owner or str(uuid.uuid4()), lambda link: _has_hand(link, take))


def _has_hand(link: Link, take: Callable[[str], bool]) -> bool:
    """A network's own host may have all hands; one that members named has a few."""
    return not link.host or take(link.host)


def _attempt(pk: int, now: Clock, owner: str, may_ask: Callable[[Link], bool]) -> bool:
    held = claims.claim(pk, owner=owner, now=now(), may_ask=may_ask)
    if held is None:
        return False
    run = Run(held, now, LeasedHttp(outgoing_http(), held, now))
    try:
        _carry_on(run)
    except LostLease:
        logger.warning("delivery %s was taken over", pk)
        claims.let_go(held, now())
    if not run.http.exchanges:
        circuit_breaker.stand_down(circuit_breaker.host_of(run.link))
    _wake_the_next(run.delivery)
    heartbeats.beat()
    return True


def drain(
    *,
    seconds: float = SLICE,
    now: Clock = timezone.now,
    hands: int = 1,
    first: int | None = None,
) -> int:
    """Try what is due, by turns of its links, for about `seconds`, up to `hands` rows at a time; the
    delivery `first` before all others. How many were tried."""
    worker = Hands(
        lambda: fairness.by_link(now(), BATCH), lambda pk: attempt(pk, now=now), most=hands
    )
    tried, is_more = worker.work(seconds, first)
    if is_more:
        wakeups.hint_due()
    return tried


def _carry_on(run: Run) -> None:
    delivery = run.delivery
    if delivery.state == DeliveryState.UNCONFIRMED:
        reconcile.look(run)
    elif delivery.kind == DeliveryKind.PUBLISH and run.now() > retry_policy.last_moment(delivery):
        run.settle(DeliveryState.MISSED, "missed", due_at=None, reason=retry_policy.TOO_OLD)
    elif delivery.tries > retry_policy.MOST_TRIES and claims.kills_its_workers(delivery):
        outcomes.failed(run, outcomes.GAVE_UP, "gave_up")
    else:
        _try(run)


def _try(run: Run) -> None:
    step = STEPS[run.delivery.kind]
    try:
        receipt = run.once_refreshed(lambda connector: step(run, connector))
    except LostLease:
        raise
    except StandDown as no:
        _stand_down(run, no)
    except ConnectorError as error:
        outcomes.refused(run, error)
    except Exception:
        logger.exception("delivery %s", run.delivery.pk)
        outcomes.refused(run, _after_a_bug(run.delivery))
    else:
        outcomes.arrived(run, receipt)


def _stand_down(run: Run, no: StandDown) -> None:
    if no.due_at is None:
        run.settle(no.state, "stood_down", due_at=None, reason=no.reason)
        return
    tries = max(run.delivery.tries - 1, 0)  # nothing was tried
    run.settle(no.state, "equal_soon", due_at=no.due_at, reason=no.reason, tries=tries)


def _publish(run: Run, connector: Connector) -> Receipt:
    post = _last_look(run)
    return connector.publish(post, idempotency_key=run.delivery.idempotency_key)


def _retract(run: Run, connector: Connector) -> Receipt:
    copy = undelivered.copy_before(run.delivery)
    if copy is None or copy.state != DeliveryState.SENT:
        raise StandDown(DeliveryState.CANCELLED, undelivered.NOTHING_TO_DELETE)
    if not copy.remote_id:
        raise Rejected(outcomes.NO_NAME)
    claims.mark_sending(run.held, run.now(), {})
    connector.retract(Receipt(copy.remote_id, copy.remote_url))
    return Receipt("")


def _amend(run: Run, connector: Connector) -> Receipt:
    """The copy gets the words that the post has now: older ones that wait are never said."""
    copy = undelivered.copy_before(run.delivery)
    if copy is None or copy.state != DeliveryState.SENT or copy.gone_at is not None:
        raise StandDown(DeliveryState.CANCELLED, edits.NOTHING_THERE)
    if not copy.remote_id:
        raise Rejected(edits.NO_NAME)
    post = _last_look(run)
    named = Receipt(copy.remote_id, copy.remote_url)
    receipt = connector.amend(named, post, idempotency_key=run.delivery.idempotency_key)
    edits.rename(copy, receipt)
    return receipt


STEPS: dict[str, Callable[[Run, Connector], Receipt]] = {
    DeliveryKind.PUBLISH: _publish,
    DeliveryKind.EDIT: _amend,
    DeliveryKind.DELETE: _retract,
}


def _last_look(run: Run) -> OutgoingPost:
    """Fresh rows, the post locked against narrowing, and `sending` committed with the look.

    Whoever narrows or deletes comes before (then we stand down) or after (then they find `sending`
    and queue a delete). Raises StandDown.
    """
    with transaction.atomic():
        post, link = _fresh(run.delivery)
        audience = run.delivery.audience
        if reason := eligibility.why_not_any_more(post, link, audience):
            raise StandDown(DeliveryState.CANCELLED, reason)
        if link.state == LinkState.PARKED:
            raise StandDown(DeliveryState.PARKED, eligibility.NEEDS_YOU)
        if reason := edits.why_not(run.delivery, post):
            raise StandDown(DeliveryState.CANCELLED, reason)
        outgoing = eligibility.outgoing(post, link, audience, with_photo=not run.delivery.is_edit)
        if not run.delivery.is_edit:
            _wait_for_equals(run, outgoing, link)
        before = {} if run.delivery.is_edit else run.delivery.sent_as
        stored = eligibility.as_stored(outgoing, version=post.version, before=before)
        claims.mark_sending(run.held, run.now(), stored)
        run.held.attempt.version = post.version
    return outgoing


def _wait_for_equals(run: Run, outgoing: OutgoingPost, link: Link) -> None:
    due_at = equal_posts.free_at(run.delivery, outgoing, link, run.now())
    if due_at is not None:
        raise StandDown(DeliveryState.WAITING, equal_posts.EQUAL_SOON, due_at=due_at)


def _after_a_bug(delivery: Delivery) -> ConnectorError:
    """A fault of ours: in doubt once the request may have left, to be tried again before that."""
    if delivery.state == DeliveryState.SENDING:
        return OutcomeUnknown(reasons.UNREADABLE)
    return TryLater(reasons.IN_TROUBLE)


def _wake_the_next(delivery: Delivery) -> None:
    """What waited behind this one on the same post and link."""
    behind = _BEHIND.first(
        post_id=delivery.post_id, link_id=delivery.link_id, sequence=delivery.sequence
    )
    if behind is not None:
        wakeups.hint(behind.pk)


# --- What each delivery asks the database, composed once (delivery.compiled) ----------------------
_POST = Select(
    lambda: Post.objects.select_for_update(no_key=True).filter(pk=given("pk", Post, "id"))
)
_LINK = Select(lambda: Link.objects.select_related("member").filter(pk=given("pk", Link, "id")))
_TOGGLES = Select(lambda: Toggle.objects.filter(link=given("pk", Link, "id")))
_BEHIND = Select(
    lambda: Delivery.objects.filter(
        post=given("post_id", Delivery),
        link=given("link_id", Delivery),
        kind__in=(DeliveryKind.EDIT, DeliveryKind.DELETE),
        state=DeliveryState.WAITING,
        sequence__gt=given("sequence", Delivery),
    ).order_by("sequence")[:1]
)


def _fresh(delivery: Delivery) -> tuple[Post, Link]:
    """Both as they stand, the link with its toggles as `prefetch_related` would bring them.

    The link is read after the post is locked, which may take a while.
    """
    of_link = {"pk": delivery.link_id}
    [post], [link], toggles = together(
        (_POST, {"pk": delivery.post_id}), (_LINK, of_link), (_TOGGLES, of_link)
    )
    link._prefetched_objects_cache = {"toggles": toggles}
    return post, link
