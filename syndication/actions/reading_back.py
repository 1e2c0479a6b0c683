"""Looking on the network's own timeline for a copy whose fate is unknown, before anything else.

A copy that another delivery of the link holds is never counted: two equal texts are two posts.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from syndication.actions import claims, parking, timing, verdicts
from syndication.actions.deciding import as_sent, words_in_doubt
from syndication.actions.verdicts import Run
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import Connector, Receipt, RemotePost
from syndication.connectors.errors import (
    ConnectorError,
    NoVerdict,
    TryLater,
    Unauthorized,
)
from syndication.models import Delivery, DeliveryKind, DeliveryState

logger = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(seconds=60)
READS_WHERE_IT_LAGS = 2


def look(run: Run) -> None:
    """Read back, and settle what that tells."""
    connector = CONNECTORS[run.link.network]
    delivery = run.delivery
    can_look = delivery.post.kind in connector.can_read_back and delivery.sent_as
    is_poison = delivery.reads > timing.MOST_READS and claims.kills_its_workers(delivery)
    if not can_look or is_poison:
        verdicts.ask_member(run, "cannot_look")
        return
    try:
        found = run.once_refreshed(lambda each: _first_of_ours(run, each))
    except ConnectorError as error:
        verdicts.note(run, error)
        _could_not_look(run, error)
        return
    except claims.LostLease:
        raise
    except Exception:  # a fault of ours must not hold up the link until its lease is over
        logger.exception("delivery %s", delivery.pk)
        _could_not_look(run, NoVerdict(reasons.UNREADABLE))
        return
    if found is not None:
        copy, version = found
        receipt = Receipt(copy.remote_id, copy.url)
        verdicts.arrived(run, receipt, outcome="found", version=version)
    elif run.held.was_left or (
        connector.timeline_lags and run.delivery.reads < READS_WHERE_IT_LAGS
    ):
        due_at = verdicts.quiet_until(run.link, run.now())
        run.settle(DeliveryState.UNCONFIRMED, "not_found", due_at=due_at, reason=verdicts.LOOKING)
    else:
        verdicts.again(run, "", outcome="not_found")


def _first_of_ours(run: Run, connector: Connector) -> tuple[RemotePost, int] | None:
    """The copy, and which words it has: those that left last, or of a try before them."""
    for words in words_in_doubt(run.delivery.sent_as):
        found = _with_words(run, connector, words)
        if found is not None:
            return found, int(words["version"])
    return None


def _with_words(run: Run, connector: Connector, words: dict[str, Any]) -> RemotePost | None:
    """Of an edit: the copy that it was for. Of a publish: the first that no other delivery holds."""
    delivery = run.delivery
    copy = verdicts.copy_before(delivery) if delivery.is_edit else delivery
    if copy is None:
        return None
    since = copy.first_sent_at or copy.created_at
    candidates = list(
        connector.look_up(
            as_sent(words),
            since=(since - CLOCKS_DIFFER).timestamp(),
            idempotency_key=delivery.idempotency_key,
        )
    )
    if delivery.is_edit:
        return next((each for each in candidates if each.remote_id == copy.remote_id), None)
    return _not_held_by_others(candidates, delivery)


def _not_held_by_others(candidates: list[RemotePost], delivery: Delivery) -> RemotePost | None:
    others = set(
        Delivery.objects.filter(
            link=delivery.link_id,
            kind=DeliveryKind.PUBLISH,
            remote_id__in=[each.remote_id for each in candidates],
        )
        .exclude(pk=delivery.pk)
        .values_list("remote_id", flat=True)
    )
    return next((each for each in candidates if each.remote_id not in others), None)


def _could_not_look(run: Run, error: ConnectorError) -> None:
    """The row stays in doubt: later, when the link is back, or for the member to say."""
    if isinstance(error, Unauthorized) and not error.scope:
        run.settle(
            DeliveryState.UNCONFIRMED, "unauthorized", due_at=run.now(), reason=verdicts.LOOKING
        )
        parking.park(run.link, error.reason)
        return
    due_at = None
    if isinstance(error, (TryLater, NoVerdict)):
        due_at = timing.next_read(run.delivery, run.now(), after=getattr(error, "after", None))
    if due_at is None:
        verdicts.ask_member(run, "cannot_look")
    else:
        run.settle(DeliveryState.UNCONFIRMED, "not_read", due_at=due_at, reason=verdicts.LOOKING)
