"""Rate limits: a network's budget for one account and for all of them, and its Retry-After.

While limited, no delivery of that link (or network) is claimed. Requests of a delivery under way are
counted and never refused, so a budget may be exceeded by the few requests of one delivery.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from syndication.connectors import CONNECTORS
from syndication.connectors.base import RateLimit
from syndication.models import Allowance, Link, LinkState

MIN_PAUSE = 1.0  # seconds; a shorter one would be over before the next claim


def is_limited(now: datetime, *, link: str = "link", network: str = "link__network") -> Exists:
    """A condition: the link or its network is limited now. `link` and `network` are the paths from the
    filtered rows, by default deliveries."""
    of_link = Q(link=OuterRef(link))
    of_network = Q(link=None, network=OuterRef(network))
    return Exists(Allowance.objects.filter(of_link | of_network, rest_until__gt=now))


def consume_budget(link: Link, now: datetime) -> None:
    """Count one request that is about to be sent; the last one allowed starts the pause."""
    connector = CONNECTORS[link.network]
    if connector.rate_limit_per_link:
        _consume(_key(link), link, link.network, connector.rate_limit_per_link, now)
    if connector.rate_limit_per_network:
        _consume(link.network, None, link.network, connector.rate_limit_per_network, now)


def record_throttling(link: Link, seconds: float, now: datetime) -> None:
    """Record a "try later" of `seconds`. The first may concern that delivery alone, which waits; a
    second before that time is over concerns the account, and pauses the link."""
    row = _row_of(link, now)
    if row.warned_until is not None and row.warned_until > now:
        pause_link(link, seconds, now)
    _extend(row, "warned_until", now + timedelta(seconds=seconds))


def pause_link(link: Link, seconds: float, now: datetime) -> None:
    """Send nothing for this link for `seconds`. A longer pause stays."""
    if seconds >= MIN_PAUSE:
        _extend(_row_of(link, now), "rest_until", now + timedelta(seconds=seconds))


def delete_unused_allowances() -> int:
    """Delete rows of links that have ended, which send nothing more; returns how many."""
    return Allowance.objects.filter(link__state=LinkState.ENDED).delete()[0]


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
