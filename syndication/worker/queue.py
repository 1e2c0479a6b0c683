"""The queue of wake-ups. The only import of django_q.

A django-q2 task is a wake-up: it carries a key and may be lost, doubled or late, since the rows decide
(delivery.claims) and the sweeper repeats lost ones. So wake-ups are sent after the commit, a broker
that is down costs a few seconds and no post, and a change of SECRET_KEY, which makes django-q2
drop its queue, loses nothing.

The figures of settings.Q_CLUSTER:

- `workers` 2, with QUEUE_THREADS (16) threads each (delivery.pool), since deliveries wait for networks
  most of their time; more by QUEUE_WORKERS.
- `queue_limit` = workers, `bulk` 1: what the cluster holds in memory dies with it, so it holds little.
- `timeout` 180 s: a slice of draining (3 s), what it goes on while a thread waits (20 s), and then the
  longest attempt: a refresh by somebody else (45 s), the list of albums (2 × 20 s) and a picture
  (60 s). A worker is killed beyond.
- `retry` 600 s: above T × (2 + (queue_limit + bulk - 1) // workers) + 10 with T = timeout + 3, the
  longest that a wake-up can wait in memory and run; else the ORM broker hands it out twice.
- `max_attempts` 1 and `ack_failures`: a wake-up is never repeated; rows count their own tries.
- `save_limit` -1: results are not kept (failures are, and the sweeper deletes them).
- `catch_up` False and `scheduler` False: the sweeper is a loop of ours; a schedule of django-q2 runs
  every half minute or so and stops for all when one is malformed.
- `poll` 0.2 s: how long an idle ORM broker sleeps, so how late an idle worker wakes.
- `guard_cycle` 1 s and `cache` "queue" (memory of one process): twice a second django-q2 writes a
  statistic that nothing here reads; in the database cache that would be a write transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django_q.brokers import get_broker
from django_q.models import Failure
from django_q.tasks import async_task

from syndication.delivery.wakeups import wakeup_wanted


@receiver(wakeup_wanted, dispatch_uid="syndication.worker.queue")
def push_wakeup(sender: None, task: str, args: tuple[int, ...], **kwargs: Any) -> None:
    """Push a wake-up of the engine (delivery.wakeups)."""
    _push(task, *args)


def push_heartbeat() -> None:
    """Push a task that only records a heartbeat: it proves that tasks run."""
    _push("heartbeat")


def queue_depth() -> int:
    """The number of wake-ups that no worker has taken."""
    return int(get_broker().queue_size())


def delete_old_failures(before: datetime) -> int:
    """Delete django-q2's failed tasks, which it keeps for ever. Return how many."""
    deleted, _ = Failure.objects.filter(stopped__lt=before).delete()
    return int(deleted)


def _push(task: str, *args: int) -> None:
    """Push after the commit. A broker that does not answer is logged, and the sweeper steps in."""
    transaction.on_commit(
        lambda: async_task(f"syndication.worker.tasks.{task}", *args), robust=True
    )
