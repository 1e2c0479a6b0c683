"""Unused registrations: delete our registrations with servers that no member needs any more.

A new one is made when the next member names that server (accounts.actions.servers).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from accounts.models import LinkAttempt, ServerRegistration
from syndication.models import Link, LinkState

KEPT = timedelta(days=90)  # without a link
MOST = 20_000  # in all
KEPT_AFTER_LINK = timedelta(days=30)  # so that linking again needs no other


def delete_unused_registrations(now: datetime) -> int:
    """Delete registrations without a link or a member away at the server. Called by the sweeper."""
    old = _is_unused(now) & Q(replaced_at=None, created_at__lt=now - KEPT)
    # A replaced one still revokes the tokens that were issued to it.
    holding = Link.objects.filter(~Q(state=LinkState.ENDED), registration=OuterRef("pk"))
    left = LinkAttempt.objects.filter(registration=OuterRef("pk"), used_at=None)
    replaced = Q(replaced_at__isnull=False) & ~(Exists(holding) | Exists(left))
    gone = ServerRegistration.objects.filter(old | replaced).delete()[0]
    return gone + _forget_surplus(now)


def _forget_surplus(now: datetime) -> int:
    """A member names a server, and may own thousands of them: the oldest go that no link uses."""
    surplus = ServerRegistration.objects.count() - MOST
    if surplus <= 0:
        return 0
    unused = ServerRegistration.objects.filter(_is_unused(now), replaced_at=None)
    oldest = list(unused.order_by("created_at", "pk").values_list("pk", flat=True)[:surplus])
    return ServerRegistration.objects.filter(_is_unused(now), pk__in=oldest).delete()[0]


def _is_unused(now: datetime) -> Q:
    there = {"network": OuterRef("network"), "host": OuterRef("host")}
    recent = ~Q(state=LinkState.ENDED) | Q(ended_at__gt=now - KEPT_AFTER_LINK)
    links, away = Link.objects.filter(recent, **there), LinkAttempt.objects.filter(**there)
    return ~(Exists(links) | Exists(away))
