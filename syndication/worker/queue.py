"""The queue of wake-ups, and the loop that runs them. The only import of django_q.

A django-q2 task is a wake-up: it carries a key and may be lost, doubled or late, since the rows decide
(delivery.claims) and the sweeper repeats lost ones. So wake-ups are sent after the commit, a broker
that is down costs a few seconds and no post, and a change of SECRET_KEY, which makes django-q2
drop its queue, loses nothing.

django-q2's cluster is a tree of processes (two of its own, pusher, monitor, workers) around queues that
they share: 90 MB each, and an idle worker that is killed takes a queue's lock with it, so that the rest
waits for ever. Its pusher, worker and monitor are functions, though. `run_wakeups` calls them in turn in
one thread, and the supervisor's processes stand for the cluster's workers.

The figures of settings.Q_CLUSTER:

- `workers` 2 processes, with QUEUE_THREADS (16) threads each (delivery.pool), since deliveries wait for networks
  most of their time; more by QUEUE_WORKERS.
- `bulk` 1: a process takes a wake-up when it is free to run it; others take the rest.
- `timeout` 180 s: a slice of draining (3 s), what it goes on while a thread waits (20 s), and then the
  longest attempt: a refresh by somebody else (45 s), the list of albums (2 × 20 s) and a picture
  (60 s). Beyond, the task is broken off and its process ends.
- `retry` 600 s: above the timeout; else the ORM broker hands a wake-up out twice.
- `max_attempts` 1 and `ack_failures`: a wake-up is never repeated; rows count their own tries.
- `save_limit` -1: results are not kept (failures are, and the sweeper deletes them).
- `catch_up` False and `scheduler` False: the sweeper is a loop of ours; a schedule of django-q2 runs
  every half minute or so and stops for all when one is malformed.
- `poll` 0.4 s: how long an idle process sleeps on the ORM broker. Of two, one wakes after 0.13 s on average.
- `cache` "queue" (memory of one process): where django-q2 would keep statistics, if it ran its cluster.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from multiprocessing import Value
from queue import SimpleQueue
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.dispatch import receiver
from django_q.brokers import get_broker
from django_q.models import Failure
from django_q.monitor import monitor
from django_q.pusher import pusher
from django_q.tasks import async_task
from django_q.worker import worker

from syndication.delivery.wakeups import wakeup_wanted

logger = logging.getLogger(__name__)

_STOP = "STOP"  # django-q2's word
_TIMED_OUT = 0  # what its worker leaves in the timer


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


def run_wakeups(is_wanted: Callable[[], bool]) -> None:
    """Run wake-ups until `is_wanted`, which is asked before each look for one, returns False.

    Also returns after a task that was broken off: its threads may still run, so the process should end.
    """
    source = _Broker(is_wanted)
    while not source.has_stopped:
        timer = Value("f", -1)
        worker(source, source, timer)  # returns now and then, to be started anew
        if timer.value == _TIMED_OUT:
            return


class _Broker:
    """The broker as the queues of django-q2's worker: `get` takes a task, `put` acknowledges one that was run."""

    def __init__(self, is_wanted: Callable[[], bool]) -> None:
        self.has_stopped = False
        self._is_wanted = is_wanted
        self._broker = get_broker()
        self._once = threading.Event()  # tells the pusher to look once
        self._once.set()

    def get(self) -> Any:
        taken: SimpleQueue[Any] = SimpleQueue()
        while self._is_wanted():
            pusher(taken, self._once, self._broker)  # waits for a moment where there is none
            if not taken.empty():
                return taken.get()
        self.has_stopped = True
        return _STOP

    def put(self, task: dict[str, Any]) -> None:
        done: SimpleQueue[Any] = SimpleQueue()
        done.put(task)
        done.put(_STOP)
        try:
            monitor(done, self._broker)
        except DatabaseError:  # it is run again after `retry`, and finds nothing to do
            logger.exception("a wake-up was not acknowledged")
            connection.close()


def _push(task: str, *args: int) -> None:
    """Push after the commit. A broker that does not answer is logged, and the sweeper steps in."""
    transaction.on_commit(
        lambda: async_task(f"syndication.worker.tasks.{task}", *args), robust=True
    )
