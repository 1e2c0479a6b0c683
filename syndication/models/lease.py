"""Rows that are a queue: who takes one holds its lease until `lease_until`."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q


def is_unleased(now: datetime) -> Q:
    """A condition on such rows. A killed worker's lease runs out."""
    return Q(lease_until=None) | Q(lease_until__lte=now)
