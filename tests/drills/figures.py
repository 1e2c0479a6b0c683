"""Changes of a drill to the engine: shorter waits, removed guards.

`shorten_waits` divides every wait by one number: lease, quiet time, back-off, breaker and the requests' own
deadlines. Whatever must be longer than something else stays longer. Two days of tries fit into minutes.

`mark_sending_late` and `skip_reconciliation` make the engine one like most others: `sending` is written down after
the request instead of before, and what had no answer is sent again without looking for it.

`kill_on_text` makes a post with certain words kill whoever sends it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from django.conf import settings

from syndication.connectors import CONNECTORS, api
from syndication.connectors.base import RateLimit
from syndication.connectors.errors import OutcomeUnknown
from syndication.delivery import (
    attempt,
    circuit_breaker,
    claims,
    credentials,
    equal_posts,
    outcomes,
    rate_limits,
    reconcile,
    retry_policy,
)
from syndication.delivery.leased_http import LeasedHttp
from syndication.models import CHANGES, AttemptOutcome, DeliveryState

LONGEST = 45.0  # seconds between two tries, or two read-backs, of a drill in a hurry


def register_extra_networks() -> None:
    """The further names of the drill's network (settings): each speaks as mixi does."""
    for key in settings.NETWORKS:
        if key not in CONNECTORS:
            CONNECTORS[key] = type("Another", (CONNECTORS["mixi"],), {"key": key})


def drop_post_intervals() -> None:
    """As if mixi named posts otherwise: a bench measures the engine, not the pause between two Voices."""
    for connector in CONNECTORS.values():
        connector.seconds_between_posts = {}


def shorten_waits(times: float) -> None:
    """Divide every wait of the engine by `times`. The fifth try and those after it wait no longer than LONGEST,
    or one post that met five faults would hold up a drill for six minutes of nothing."""
    if times == 1:
        return
    retry_policy.DELAYS = tuple(min(each / times, LONGEST) for each in retry_policy.DELAYS)
    retry_policy.READ_DELAYS = tuple(
        min(each / times, LONGEST) for each in retry_policy.READ_DELAYS
    )
    retry_policy.THROTTLED /= times
    retry_policy.MIN_WAIT /= times
    rate_limits.MIN_PAUSE /= times
    claims.LEASE /= times
    claims.LEASE_BEYOND_DEADLINE /= times
    claims.USUAL_DEADLINE /= times
    circuit_breaker.FIRST_PAUSE /= times
    circuit_breaker.MAX_PAUSE /= times
    circuit_breaker.PROBE_LEASE /= times
    circuit_breaker.SLOW_SECONDS /= times
    circuit_breaker.SLOW_FOR /= times
    credentials.REFRESH_LEASE /= times
    credentials.WAIT_FOR_OTHERS /= times
    api.THROTTLED_FOR /= times
    equal_posts.EQUAL_POST_WAIT /= times
    for connector in CONNECTORS.values():
        connector.reconcile_delay /= times
        connector.seconds_between_equals /= times
        connector.rate_limit_per_link = _hurried_budget(connector.rate_limit_per_link, times)
        connector.rate_limit_per_network = _hurried_budget(connector.rate_limit_per_network, times)
    LeasedHttp.request = _hurried(LeasedHttp.request, times)  # type: ignore[method-assign]


def mark_sending_late() -> None:
    """Mark `sending` only after the request: a killed worker's row waits as if never sent."""
    CHANGES[DeliveryState.WAITING] |= CHANGES[DeliveryState.SENDING]
    claims.mark_sending = lambda held, now, sent_as: None
    attempt._error_after_bug = lambda delivery: OutcomeUnknown("")


def skip_reconciliation() -> None:
    """Resend posts of unknown outcome without looking them up."""
    CHANGES[DeliveryState.UNCONFIRMED] |= CHANGES[DeliveryState.SENDING]
    CHANGES[DeliveryState.WAITING] |= CHANGES[DeliveryState.SENDING]
    outcomes._record_unknown_outcome = _sent_again
    reconcile.reconcile_delivery = lambda run: outcomes.reschedule(
        run, "", outcome=AttemptOutcome.NOT_FOUND
    )


def kill_on_text(words: str) -> None:
    """Send SIGKILL to a process that is about to send a post with this text."""
    send = LeasedHttp.request

    def deadly(self: LeasedHttp, *args: Any, **parts: Any) -> Any:
        held = self._claim.delivery
        if held.state == DeliveryState.SENDING and words in held.post.text:
            os.kill(os.getpid(), signal.SIGKILL)
        return send(self, *args, **parts)

    LeasedHttp.request = deadly  # type: ignore[method-assign]


def _sent_again(run: outcomes.DeliveryRun, error: OutcomeUnknown) -> None:
    outcomes.reschedule(run, error.reason, outcome=AttemptOutcome.NO_VERDICT)


def _hurried_budget(budget: RateLimit | None, times: float) -> RateLimit | None:
    return budget and RateLimit(budget.requests, budget.seconds / times)


def _hurried(request: Callable[..., Any], times: float) -> Callable[..., Any]:
    def hurried(self: LeasedHttp, *args: Any, deadline: float = 20.0, **parts: Any) -> Any:
        return request(self, *args, deadline=deadline / times, **parts)

    return hurried
