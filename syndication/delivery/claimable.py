"""Which due deliveries may be claimed at a given moment: each condition, written once.

A delivery may be claimed where its own row is startable (due, not leased, nothing earlier of the same
post on the same link still open) and its link is free (active, no request in flight, neither the link
nor its network paused or limited, its host not blocked by the circuit breaker). The claim itself
(delivery.claims) and the choice of what to claim next (delivery.fairness) ask the same conditions.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from syndication.delivery import circuit_breaker, rate_limits
from syndication.delivery.compiled import param
from syndication.models import Delivery, LinkState, NetworkSwitch
from syndication.models.delivery import DeliveryQuerySet
from syndication.models.lease import is_unleased

NOW = param("now", Delivery, "due_at")


def claimable(now: datetime) -> DeliveryQuerySet:
    """Deliveries that could be claimed at `now`. Reads every due row: for tests and staff."""
    return startable(now).filter(link_is_free(now, circuit_breaker.blocked_hosts(now), link="link"))


def startable(now: datetime) -> DeliveryQuerySet:
    """Due, unleased deliveries that are next in their sequence."""
    return Delivery.objects.due(now).filter(is_next_in_sequence(now))


def is_next_in_sequence(now: datetime) -> Q:
    """A condition on due rows: unleased, and no earlier delivery of the same post, or interaction, on
    the same link is open."""
    is_first = Q(sequence=1)  # most rows: spares the subquery
    of_post = Q(interaction=None) & ~_has_earlier_open("post")
    of_interaction = Q(post=None) & ~_has_earlier_open("interaction")
    return Q(is_unleased(now), is_first | of_post | of_interaction)


def _has_earlier_open(subject: str) -> Q:
    same = {subject: OuterRef(subject), "link": OuterRef("link")}
    return Q(Exists(Delivery.objects.open().filter(**same, sequence__lt=OuterRef("sequence"))))


def link_is_free(now: datetime, blocked: frozenset[str] = frozenset(), *, link: str = "") -> Q:
    """A condition on links: a request may be sent for them. `blocked`: hosts to which nothing may be sent.

    `link` is the path from the filtered rows; links themselves by default.
    """
    path = f"{link}__" if link else ""
    network = f"{path}network"
    idle = Q(**{f"{path}sending_until": None}) | Q(**{f"{path}sending_until__lte": now})
    limited = rate_limits.is_limited(now, link=link or "pk", network=network)
    free = Q(idle, ~is_network_paused(network), ~limited, **{f"{path}state": LinkState.ACTIVE})
    return free & ~circuit_breaker.links_on_hosts(blocked, prefix=path) if blocked else free


def is_network_paused(network: str) -> Exists:
    """A condition: staff paused the network that the path `network` leads to."""
    return Exists(NetworkSwitch.objects.paused().filter(network=OuterRef(network)))
