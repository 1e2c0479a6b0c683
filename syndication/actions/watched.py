"""The way out for what holds no lease (lists that are pulled, accesses that are given back): the
breaker learns how each host does."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from accounts.outgoing import outgoing_http
from accounts.safe_http import Answer, HttpFailure, MaybeSent, NotSent
from syndication.actions import breaker, heartbeats
from syndication.actions.claims import Clock
from syndication.actions.leased import NETWORK_LEVEL


class WatchedHttp:
    """Fulfils connectors.base.Http."""

    NotSent = NotSent
    MaybeSent = MaybeSent

    def __init__(self, now: Clock) -> None:
        self._now = now

    def request(self, method: str, url: str, **parts: Any) -> Answer:
        """As SafeHttp.request."""
        heartbeats.beat()
        host, began = urlsplit(url).netloc, time.monotonic()
        try:
            answer = outgoing_http().request(method, url, **parts)
        except HttpFailure as failure:
            if failure.reason in NETWORK_LEVEL:
                breaker.failed(host, self._now())
            raise
        breaker.answered(host, self._now(), seconds=time.monotonic() - began)
        return answer
