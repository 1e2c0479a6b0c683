"""Fault injection: kinds of faults, where they apply, and how many times.

| kind | the request is carried out | the caller gets |
|---|---|---|
| `500_before` `503` `429` | no | that status; 429 with Retry-After, 503 with one where `seconds` is given |
| `expired` `401` | no | the network's own words for an expired, for an unknown token |
| `redirect` | no | 302 to `location` |
| `page` | no | a page of HTML with `status`, as from a wall against bots or a proxy |
| `page_after` | yes | that page |
| `huge` | no | 200 with 32 MiB of JSON white space |
| `refuse` | no | a connection reset, before the body is read |
| `500_after` | yes | 500 |
| `drop_after` | yes | no answer: the connection closes |
| `bad_json` | yes | the answer, cut in the middle |
| `slow` | yes | the answer, `seconds` late (default 30) |
| `slow_before` | yes, but only after `seconds` | the answer |
| `drip` | yes | the answer byte by byte, spread over `seconds` (default 60) |
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from syndication.sandbox.http import JSON_TYPE, Reply, json_reply, redirect

HUGE = 32 * 1024 * 1024
RETRY_SECONDS = 30


@dataclass
class Fault:
    """One ordered fault. `match` is part of the path, or of method and path ("POST /2/token").

    `network` "" means every one. `seconds` None is the kind's default. `retry_after` is
    `seconds`, or `date` for the header's other form. `status` is that of `page` and `page_after`.
    """

    kind: str
    network: str = ""
    match: str = ""
    times: int = 1
    seconds: float | None = None
    retry_after: str = "seconds"
    location: str = ""
    status: int = 403

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Fault:
        """Parse a fault from a JSON object. Raises ValueError, saying what is wrong."""
        try:
            fault = cls(**fields)
        except TypeError as error:
            raise ValueError(str(error)) from error
        if fault.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(sorted(KINDS))}")
        return fault

    def fits(self, network: str, method: str, path: str) -> bool:
        """Whether the fault applies to this request; `path` is relative to the network."""
        spellings = (f"{method} {path}", f"{method} /{network}{path}")
        return self.network in ("", network) and any(self.match in each for each in spellings)

    def retry_header(self, now: datetime) -> tuple[tuple[str, str], ...]:
        """Return the Retry-After header, in seconds or as a date."""
        seconds = RETRY_SECONDS if self.seconds is None else self.seconds
        if self.retry_after == "date":
            value = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
        else:
            value = str(int(seconds))
        return (("Retry-After", value),)


class Faults:
    """Pending faults, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing: list[Fault] = []

    def add(self, network: str, kind: str, **fields: Any) -> Fault:
        """Add a fault: `add("mixi", "429", match="POST /2/voice", times=2, seconds=5)`."""
        fault = Fault.of({"network": network, "kind": kind, **fields})
        with self._lock:
            self._standing.append(fault)
        return fault

    @property
    def standing(self) -> list[Fault]:
        """Return the pending faults, oldest first."""
        with self._lock:
            return list(self._standing)

    def take(self, network: str, method: str, path: str) -> Fault | None:
        """Return the oldest fault that applies to this request, and count it down."""
        with self._lock:
            for fault in self._standing:
                if fault.fits(network, method, path):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._standing.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._standing.clear()


def reply_instead(fault: Fault, now: datetime) -> Reply | None:
    """Return the answer given instead of executing the request; None: execute it.

    `expired` and `401` are not here, since each network has its own words for them.
    """
    make = _INSTEAD.get(fault.kind)
    return make(fault, now) if make else None


def spoil_reply(fault: Fault, reply: Reply) -> Reply:
    """Return the answer to an executed request, spoilt as the fault says."""
    if fault.kind == "500_after":
        return _error(500)
    if fault.kind == "page_after":
        return _page(fault)
    if fault.kind == "bad_json":
        return Reply(reply.status, reply.body[: len(reply.body) // 2] or b"{", reply.headers)
    return reply


def _error(status: int, *headers: tuple[str, str]) -> Reply:
    return json_reply({"error": f"unknown error. code:{status}"}, status).adding(*headers)


def _page(fault: Fault) -> Reply:
    body = b"<!DOCTYPE html><html><head><title>One moment...</title></head><body></body></html>"
    return Reply(fault.status, body, (("Content-Type", "text/html; charset=UTF-8"),))


def _busy(fault: Fault, now: datetime) -> Reply:
    return _error(503, *(fault.retry_header(now) if fault.seconds is not None else ()))


_INSTEAD: dict[str, Callable[[Fault, datetime], Reply]] = {
    "500_before": lambda fault, now: _error(500),
    "503": _busy,
    "429": lambda fault, now: _error(429, *fault.retry_header(now)),
    "redirect": lambda fault, now: redirect(fault.location),
    "page": lambda fault, now: _page(fault),
    "huge": lambda fault, now: Reply(200, b" " * HUGE, (("Content-Type", JSON_TYPE),)),
}
_AFTER = {"500_after", "page_after", "drop_after", "bad_json", "slow", "slow_before", "drip"}
KINDS = {*_INSTEAD, *_AFTER, "expired", "401", "refuse"}
