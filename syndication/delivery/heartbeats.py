"""Heartbeats of the processes of `manage.py work`: through a pipe for its watchdog, as rows for /readyz."""

from __future__ import annotations

import contextlib
import os
import time
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from syndication.models import Heartbeat

CLOCK = "clock"
TASK = "task"  # the row of all workers on all hosts, which /readyz reads
IMPORT = "pull"  # of the import workers: says nothing of deliveries
EVERY = 5.0  # seconds between two writes

_last: dict[str, float] = {}
_pipes: list[int] = []  # one at most: to this process' supervisor


def beat_to(pipe: int) -> None:
    """Write this process' heartbeats to `pipe`, a file descriptor."""
    os.set_blocking(pipe, False)
    _pipes[:] = [pipe]


def beat() -> None:
    """Tell the supervisor that this process works."""
    for pipe in _pipes:
        with contextlib.suppress(OSError):  # full, since it reads slowly, or closed, since it ended
            os.write(pipe, b".")


def record_heartbeat(*, is_due: bool = False) -> None:
    """Record that a task was done; a row is written every EVERY seconds at most, unless `is_due`."""
    beat()
    if not is_due and time.monotonic() - _last.get(TASK, -EVERY) < EVERY:
        return
    _last[TASK] = time.monotonic()
    mark_alive(TASK)


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
