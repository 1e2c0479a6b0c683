"""Availability: pauses, open breakers and rate limits that delay the deliveries of a link.

A network that staff paused, a host whose circuit breaker is open, a budget that is used up. Workers ask the
same rows by statements of their own (delivery.claimable, delivery.circuit_breaker, delivery.rate_limits);
pages say by these columns what the workers do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When

from syndication.models import Allowance, HostHealth, NetworkSwitch

Rows = TypeVar("Rows", bound="QuerySet[Any, Any]")


def with_availability(rows: Rows, now: datetime, *, link: str = "") -> Rows:
    """Annotate `paused` (the staff's reason; None where the network is not paused), `host_rests_until` (its
    host does not answer) and `limited_until` (it takes no more for now), both None where nothing is held.

    `link` is the path from the rows to the link: "" for links, "link__" for deliveries.
    """
    switches = NetworkSwitch.objects.paused().filter(network=OuterRef(f"{link}network"))
    resting = HostHealth.objects.filter(host=OuterRef("asked_host"), open_until__gt=now)
    of_link = Q(link=OuterRef(f"{link}pk"))
    of_network = Q(link=None, network=OuterRef(f"{link}network"))
    limits = Allowance.objects.filter(of_link | of_network, rest_until__gt=now)
    return rows.alias(asked_host=_host(link)).annotate(
        paused=Subquery(switches.values("reason")),
        host_rests_until=Subquery(resting.values("open_until")),
        limited_until=Subquery(limits.order_by("-rest_until").values("rest_until")[:1]),
    )


def network_hosts() -> tuple[tuple[str, str], ...]:
    """The networks with one host for all links, each with that host (and port)."""
    return tuple(
        (key, urlsplit(url).netloc)
        for key, known in settings.NETWORKS.items()
        if (url := known.get("api_url", ""))
    )


def _host(link: str) -> Case:
    """The host (with port) of a link's requests, as circuit_breaker.host_of has it."""
    own = [
        When(**{f"{link}network": key, f"{link}host": ""}, then=Value(host))
        for key, host in network_hosts()
    ]
    return Case(*own, default=F(f"{link}host"), output_field=CharField())
