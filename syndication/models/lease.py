"""Leases of rows that are a queue: a worker owns a row until `lease_until`."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q


def is_unleased(now: datetime) -> Q:
    """A condition: the row is not leased at `now`. A killed worker's lease expires."""
    return Q(lease_until=None) | Q(lease_until__lte=now)
