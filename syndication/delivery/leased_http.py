"""The HTTP client of a connector during one claim: no request is sent without a valid lease."""

from __future__ import annotations

import time
from typing import Any

from accounts.safe_http import HttpFailure, MaybeSent, NotSent, Response, SafeHttp
from syndication.connectors.responses import reset_after
from syndication.delivery import circuit_breaker, claims, heartbeats, rate_limits
from syndication.delivery.claims import Claim, Clock

# safe_http's reasons for "no response from the host"; all others are refusals of our own.
NETWORK_LEVEL = frozenset({"dns", "connect", "timeout", "tls", "reset", "broken"})


class LeasedHttp:
    """Implements connectors.base.Http: renews the lease, consumes the rate limit, informs the breaker,
    and keeps the last status."""

    NotSent = NotSent
    MaybeSent = MaybeSent

    def __init__(self, inner: SafeHttp, claim: Claim, now: Clock) -> None:
        self.exchanges = 0
        self.last_status = 0
        self._inner = inner
        self._claim = claim
        self._now = now
        self._host = circuit_breaker.host_of(claim.link)
        self._is_well = claim.host_is_healthy

    def request(self, method: str, url: str, *, deadline: float = 20.0, **parts: Any) -> Response:
        """As SafeHttp.request. Raises claims.LostLease before anything is sent."""
        heartbeats.record_heartbeat()
        rate_limits.consume_budget(self._claim.link, self._now())
        claims.renew_claim(
            self._claim, self._now(), deadline=deadline
        )  # last: the others may take long
        self.exchanges += 1
        self.last_status = 0
        began = time.monotonic()
        try:
            response = self._inner.request(method, url, deadline=deadline, **parts)
        except HttpFailure as failure:
            self._failed(failure, time.monotonic() - began)
            raise
        self.last_status = response.status
        self._answered(time.monotonic() - began)
        left = reset_after(response.headers, self._now().timestamp())
        if left is not None:
            rate_limits.pause_link(self._claim.link, left, self._now())
        return response

    def _answered(self, seconds: float) -> None:
        """Inform the breaker, unless a healthy host responded in time."""
        if not self._is_well or seconds >= circuit_breaker.SLOW_SECONDS:
            circuit_breaker.record_response(self._host, self._now(), seconds=seconds)

    def _failed(self, failure: HttpFailure, seconds: float) -> None:
        self._is_well = False
        if failure.reason in NETWORK_LEVEL:
            circuit_breaker.record_failure(self._host, self._now())
        if seconds >= circuit_breaker.SLOW_SECONDS:
            circuit_breaker.record_slow_response(self._host, self._now())
