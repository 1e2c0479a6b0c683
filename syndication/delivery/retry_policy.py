"""Retry policy: back-off delays and deadlines of deliveries and read-backs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from syndication.connectors.reasons import Reason
from syndication.models import Delivery

# Seconds before the 2nd, 3rd … try: 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h, 24 h.
DELAYS: tuple[float, ...] = (30, 120, 600, 1800, 7200, 21600, 43200, 86400)
MAX_TRIES = 9
PUBLISH_WITHIN = timedelta(hours=48)
DELETE_WITHIN = timedelta(days=30)
# Seconds before the 2nd, 3rd … read-back of a timeline, and each later one: reading changes nothing
# there, and until it succeeds the outcome is unknown.
READ_DELAYS: tuple[float, ...] = (30, 120, 600, 1800)
READ_WITHIN = timedelta(hours=48)  # since the request that had no answer
MAX_READS = (
    9  # after so many that never ended (they may have killed their worker) the member is asked
)
THROTTLED = 1800.0  # seconds: the least wait after the ninth try, for a network that keeps asking
MIN_WAIT = 1.0  # seconds, also where a network says "in 0 seconds"

TOO_OLD = Reason("too_old")

_random = random.SystemRandom()


def next_try(delivery: Delivery, now: datetime, *, after: float | None = None) -> datetime | None:
    """When to try again after `delivery.tries` tries; None after the last one.

    `after` is what the network asked for, in seconds, and wins. A network that keeps asking for time
    uses up the hours, not the tries; beyond MAX_TRIES a request is sent twice an hour at most (for a
    delete, daily).
    """
    if after is None and delivery.tries >= MAX_TRIES and not delivery.is_delete:
        return None
    wait = backoff_seconds(delivery.tries, DELAYS)
    if after is not None:
        asked = max(after, MIN_WAIT)
        floor = wait if delivery.is_delete else THROTTLED
        wait = max(asked, floor) if delivery.tries >= MAX_TRIES else asked
    due_at = now + timedelta(seconds=wait)
    return None if due_at > last_try_at(delivery) else due_at


def next_read(delivery: Delivery, now: datetime, *, after: float | None = None) -> datetime | None:
    """When to read the timeline again after it could not be read; None to give up."""
    wait = max(after or 0.0, backoff_seconds(delivery.reads, READ_DELAYS))
    due_at = now + timedelta(seconds=wait)
    in_doubt_since = delivery.first_sent_at or delivery.asked_at
    return None if due_at > in_doubt_since + READ_WITHIN else due_at


def last_try_at(delivery: Delivery) -> datetime:
    """The deadline for automatic tries. Edits, like deletes, have thirty days: better late than never."""
    is_publish = delivery.is_publish
    return delivery.asked_at + (PUBLISH_WITHIN if is_publish else DELETE_WITHIN)


def backoff_seconds(tries: int, delays: tuple[float, ...]) -> float:
    """Back-off in seconds before the next try, with jitter."""
    base = delays[min(max(tries, 1), len(delays)) - 1]
    return base * _random.uniform(0.5, 1.5)
