"""Heartbeats of the processes of `manage.py work`, for its watchdog and for /readyz."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils import timezone

from syndication.models import Heartbeat

CLOCK = "clock"
TASK = "task"  # the row of all workers on all hosts, which /readyz reads
PULL = "pull"  # of the import worker: says nothing of deliveries
CLUSTER = (
    "PROFILELINK_CLUSTER"  # environment variable with the name that the supervisor gives a child
)
EVERY = 5.0  # seconds between two writes

_last: dict[str, float] = {}


def heartbeat_key(name: str, doing: str = TASK) -> str:
    """The key of the heartbeat row of one supervisor's cluster or import worker."""
    return f"{doing} {name}"[:40]


def record_heartbeat(*, is_due: bool = False) -> None:
    """Record that a task was done; written every EVERY seconds at most, unless `is_due`."""
    if not is_due and time.monotonic() - _last.get(TASK, -EVERY) < EVERY:
        return
    _last[TASK] = time.monotonic()
    mark_alive(TASK)
    if cluster := os.environ.get(CLUSTER):
        mark_alive(heartbeat_key(cluster))


def mark_alive(part: str) -> None:
    """Record that `part` is alive now."""
    Heartbeat.objects.update_or_create(part=part, defaults={"beat_at": timezone.now()})


def clock_skew() -> timedelta:
    """How far this machine's clock is ahead of the database's."""
    any_row, _ = Heartbeat.objects.get_or_create(part=CLOCK, defaults={"beat_at": timezone.now()})
    before = timezone.now()
    theirs = Heartbeat.objects.filter(pk=any_row.pk).values_list(Now(), flat=True).get()
    after = timezone.now()  # the query may have taken long
    return before - theirs if theirs < before else min(after - theirs, timedelta())


def last_heartbeat_at(part: str) -> datetime | None:
    """The time of the last heartbeat of `part`."""
    return Heartbeat.objects.filter(part=part).values_list("beat_at", flat=True).first()


def delete_heartbeat(part: str) -> None:
    """Delete the row of a process that ended."""
    Heartbeat.objects.filter(part=part).delete()
