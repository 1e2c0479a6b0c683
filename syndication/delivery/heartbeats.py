"""Signs of life of the parts of `manage.py work`, for its watchdog and for /readyz."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils import timezone

from syndication.models import Heartbeat

CLOCK = "clock"
TASK = "task"  # the row of all workers, on whatever host: /readyz asks for it
PULL = "pull"  # of pulls: no sign that posts are delivered
CLUSTER = "PROFILELINK_CLUSTER"  # variable by which the supervisor gives its parts a name
EVERY = 5.0  # seconds; more often would only be writes

_last: dict[str, float] = {}


def heartbeat_key(name: str, doing: str = TASK) -> str:
    """The row of one supervisor's own cluster, or of its puller."""
    return f"{doing} {name}"[:40]


def record_heartbeat(*, is_due: bool = False) -> None:
    """A worker got something done. Written every few seconds at most, unless `is_due`."""
    if not is_due and time.monotonic() - _last.get(TASK, -EVERY) < EVERY:
        return
    _last[TASK] = time.monotonic()
    mark_alive(TASK)
    if cluster := os.environ.get(CLUSTER):
        mark_alive(heartbeat_key(cluster))


def mark_alive(part: str) -> None:
    """`part` is alive now."""
    Heartbeat.objects.update_or_create(part=part, defaults={"beat_at": timezone.now()})


def clock_skew() -> timedelta:
    """How far this machine's clock is ahead of the database's, by which hosts meet."""
    any_row, _ = Heartbeat.objects.get_or_create(part=CLOCK, defaults={"beat_at": timezone.now()})
    before = timezone.now()
    theirs = Heartbeat.objects.filter(pk=any_row.pk).values_list(Now(), flat=True).get()
    after = timezone.now()  # the question may have taken long
    return before - theirs if theirs < before else min(after - theirs, timedelta())


def last_heartbeat_at(part: str) -> datetime | None:
    """When `part` was last alive."""
    return Heartbeat.objects.filter(part=part).values_list("beat_at", flat=True).first()


def delete_heartbeat(part: str) -> None:
    """`part` ended; nobody need miss it."""
    Heartbeat.objects.filter(part=part).delete()
