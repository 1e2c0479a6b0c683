"""What django-q2 calls by name. Each takes a key at the most, returns nothing and raises nothing.

A task may be lost, doubled or late: run any of them twice and nothing is different.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from django.utils import timezone

from syndication.actions import account_closure
from syndication.delivery import attempt as delivering
from syndication.delivery import heartbeats
from syndication.delivery.pool import THREADS_PER_WORKER
from syndication.worker import sweep as sweeping

logger = logging.getLogger(__name__)


def _quietly(task: Callable[..., None]) -> Callable[..., None]:
    """Log what goes wrong. django-q2 is told nothing: it would keep it for ever."""

    @functools.wraps(task)
    def run(*args: int) -> None:
        try:
            task(*args)
        except Exception:
            logger.exception("task %s%s", task.__name__, args)

    return run


@_quietly
def deliver(delivery_pk: int) -> None:
    """This delivery first, then whatever else is due."""
    delivering.drain_due(threads=THREADS_PER_WORKER, first=delivery_pk)


@_quietly
def deliver_due() -> None:
    """One hint drains many rows."""
    delivering.drain_due(threads=THREADS_PER_WORKER)


@_quietly
def close_accounts() -> None:
    account_closure.continue_closures(timezone.now())


@_quietly
def heartbeat() -> None:
    heartbeats.record_heartbeat(is_due=True)


@_quietly
def sweep() -> None:
    sweeping.run_all_steps()
