"""The HTTP client of the import worker (lists, revocations, refreshes): it informs the circuit breaker.

It records no heartbeat: /readyz asks for the workers that deliver.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from accounts.outgoing import outgoing_http
from accounts.safe_http import HttpFailure, MaybeSent, NotSent, Response
from syndication.delivery import circuit_breaker
from syndication.delivery.claims import Clock
from syndication.delivery.leased_http import NETWORK_LEVEL

MIN_DEADLINE = 2.0  # seconds that a request gets in any case


class MonitoredHttp:
    """Implements connectors.base.Http."""

    NotSent = NotSent
    MaybeSent = MaybeSent

    def __init__(self, now: Clock, *, seconds: float | None = None) -> None:
        """`seconds`: the deadline of all requests together."""
        self._now = now
        self._end = None if seconds is None else time.monotonic() + seconds

    def request(self, method: str, url: str, *, deadline: float = 20.0, **parts: Any) -> Response:
        """As SafeHttp.request."""
        host, began = urlsplit(url).netloc, time.monotonic()
        if self._end is not None:
            deadline = max(MIN_DEADLINE, min(deadline, self._end - began))
        try:
            response = outgoing_http().request(method, url, deadline=deadline, **parts)
        except HttpFailure as failure:
            if failure.reason in NETWORK_LEVEL:
                circuit_breaker.record_failure(host, self._now())
            if time.monotonic() - began >= circuit_breaker.SLOW_SECONDS:
                circuit_breaker.record_slow_response(host, self._now())
            raise
        circuit_breaker.record_response(host, self._now(), seconds=time.monotonic() - began)
        return response
