"""Batched deletes: rows that are too old go a thousand at a time, by an index or by their keys.

One statement for all of a backlog would lock its rows, and on SQLite everybody, until it ends. What one
call leaves goes with the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet

ROWS = 1000  # of one statement
BATCHES = 10  # of one call
WALK_AGAIN_AFTER = 3600  # seconds between the end of a table and the next walk


def delete_oldest(rows: QuerySet[Any], age: str) -> int:
    """Delete `rows`, those with the least `age` first (a column with an index). Return how many rows
    went, with those that cascade."""
    deleted = 0
    for _ in range(BATCHES):
        keys = list(rows.order_by(age).values_list("pk", flat=True)[:ROWS])
        # By the condition again: a row may have been renewed meanwhile.
        deleted += rows.filter(pk__in=keys).delete()[0] if keys else 0
        if len(keys) < ROWS:
            break
    return deleted


def walk(
    name: str,
    rows: QuerySet[Any],
    delete_among: Callable[[list[Any]], int],
    *,
    until: Q | None = None,
) -> int:
    """Let `delete_among` see the keys of all `rows`, in their order, in as many calls as it takes.

    For tables whose old rows no index finds. It returns how many rows it deleted; as many as ROWS mean
    that there may be more among the same keys. After the last key, or where the last of a thousand rows
    is as `until` says, the walk rests for WALK_AGAIN_AFTER, unless it was a short one.
    """
    place, deleted = cache.get(_place_of(name), 0), 0
    if place is None:
        return 0
    for _ in range(BATCHES):
        keys = list(rows.filter(pk__gt=place).order_by("pk").values_list("pk", flat=True)[:ROWS])
        gone = delete_among(keys) if keys else 0
        deleted += gone
        if gone >= ROWS:
            continue
        if len(keys) < ROWS or (until and rows.filter(until, pk=keys[-1]).exists()):
            if place:
                cache.set(_place_of(name), None, WALK_AGAIN_AFTER)
            return deleted
        place = keys[-1]
    cache.set(_place_of(name), place, None)
    return deleted


def _place_of(name: str) -> str:
    return f"walk-{name}"
