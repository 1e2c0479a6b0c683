"""The way out as a connector gets it for one claim: no request leaves without a running lease."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_plus

from accounts.safe_http import Answer as HttpAnswer
from accounts.safe_http import HttpFailure, MaybeSent, NotSent, SafeHttp
from syndication.actions import breaker, claims, heartbeats
from syndication.actions.claims import Claim, Clock

# safe_http's words for "the host said nothing at all"; the others are refusals of our own.
NETWORK_LEVEL = frozenset({"dns", "connect", "timeout", "tls", "reset", "broken"})


class LeasedHttp:
    """Fulfils connectors.base.Http. Renews the lease, feeds the breaker, remembers the last status."""

    NotSent = NotSent
    MaybeSent = MaybeSent

    def __init__(self, inner: SafeHttp, held: Claim, now: Clock) -> None:
        self.exchanges = 0
        self.last_status = 0
        self._inner = inner
        self._held = held
        self._now = now
        self._host = breaker.host_of(held.link)

    def request(self, method: str, url: str, *, deadline: float = 20.0, **parts: Any) -> HttpAnswer:
        """As SafeHttp.request. Raises claims.LostLease before anything leaves."""
        claims.renew(self._held, self._now(), deadline=deadline)
        heartbeats.beat()
        self.exchanges += 1
        self.last_status = 0
        try:
            answer = self._inner.request(method, url, deadline=deadline, **parts)
        except HttpFailure as failure:
            if failure.reason in NETWORK_LEVEL:
                breaker.failed(self._host, self._now())
            raise
        breaker.answered(self._host)
        self.last_status = answer.status
        return answer


def scrub(text: str, secrets: set[str]) -> str:
    """`text` without any of `secrets`, plain or as they stand in an address or a form."""
    for secret in secrets:
        for spelling in (secret, quote(secret, safe=""), quote_plus(secret)):
            text = text.replace(spelling, "…")
    return text
