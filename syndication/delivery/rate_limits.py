"""How much a network lets us ask: its own budget for one account and for all of them, and its word.

What is used up, or was asked to wait, rests: no row of that link (or of that network) is taken before
the rest is over. A request that is part of a delivery under way is counted and never refused, so a
budget may be exceeded by the few requests of one delivery, not by another delivery.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from syndication.connectors import CONNECTORS
from syndication.connectors.base import RateLimit
from syndication.models import Allowance, Link

SHORTEST_PAUSE = 1.0  # seconds; a shorter one would be over before the next row is taken


def is_limited(now: datetime, *, link: str = "link", network: str = "link__network") -> Exists:
    """A condition: the link, or its network, is asked nothing now. `link` and `network` lead there
    from the rows that are asked for, deliveries unless it is said."""
    of_link = Q(link=OuterRef(link))
    of_network = Q(link=None, network=OuterRef(network))
    return Exists(Allowance.objects.filter(of_link | of_network, rest_until__gt=now))


def consume_budget(link: Link, now: datetime) -> None:
    """One request is about to leave. Where that was the last one allowed, the rest begins."""
    connector = CONNECTORS[link.network]
    if connector.rate_limit_per_link:
        _consume(_key(link), link, link.network, connector.rate_limit_per_link, now)
    if connector.rate_limit_per_network:
        _consume(link.network, None, link.network, connector.rate_limit_per_network, now)


def record_throttling(link: Link, seconds: float, now: datetime) -> None:
    """The network answered one row with "later", in so many seconds. The first such answer may be about
    that row, which alone waits. A second one before that time is over is about the account: all its
    rows wait."""
    row = _row_of(link, now)
    if row.warned_until is not None and row.warned_until > now:
        pause_link(link, seconds, now)
    _extend(row, "warned_until", now + timedelta(seconds=seconds))


def pause_link(link: Link, seconds: float, now: datetime) -> None:
    """Nothing more is to be asked of this account for so long. A longer rest stands."""
    if seconds >= SHORTEST_PAUSE:
        _extend(_row_of(link, now), "rest_until", now + timedelta(seconds=seconds))


def _row_of(link: Link, now: datetime) -> Allowance:
    row, _ = Allowance.objects.get_or_create(
        key=_key(link), defaults={"network": link.network, "link": link, "since": now}
    )
    return row


def _extend(row: Allowance, name: str, until: datetime) -> None:
    earlier = Q(**{name: None}) | Q(**{f"{name}__lt": until})
    Allowance.objects.filter(earlier, pk=row.pk).update(**{name: until})


def _consume(key: str, link: Link | None, network: str, budget: RateLimit, now: datetime) -> None:
    row = Allowance.objects.filter(pk=key)
    over = now - timedelta(seconds=budget.seconds)
    if not row.filter(since__gt=over).update(used=F("used") + 1):
        begun = {"since": now, "used": 1}
        Allowance.objects.update_or_create(
            key=key, defaults=begun, create_defaults={**begun, "network": network, "link": link}
        )
    used_up = row.filter(used__gte=budget.requests).first()
    if used_up is not None:
        _extend(used_up, "rest_until", used_up.since + timedelta(seconds=budget.seconds))


def _key(link: Link) -> str:
    return f"{link.network}/{link.pk}"
