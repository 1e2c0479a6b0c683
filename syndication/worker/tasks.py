"""Tasks that django-q2 calls by name. Each takes at most a key, returns nothing and raises nothing.

A task may be lost, doubled or late: each is idempotent.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from django.utils import timezone

from accounts.actions.notice_mail import sending
from syndication.actions import account_closure
from syndication.delivery import attempt as delivering
from syndication.delivery import heartbeats
from syndication.delivery.pool import THREADS_PER_WORKER
from syndication.worker import sweep as sweeping

logger = logging.getLogger(__name__)


def _quietly(task: Callable[..., None]) -> Callable[..., None]:
    """Log exceptions instead of raising them: django-q2 would keep them for ever."""

    @functools.wraps(task)
    def run(*args: int) -> None:
        try:
            task(*args)
        except Exception:
            logger.exception("task %s%s", task.__name__, args)

    return run


@_quietly
def deliver(delivery_pk: int) -> None:
    """Attempt this delivery first, then whatever else is due."""
    delivering.drain_due(threads=THREADS_PER_WORKER, first=delivery_pk)


@_quietly
def deliver_due() -> None:
    """Attempt whatever is due: one wake-up drains many rows."""
    delivering.drain_due(threads=THREADS_PER_WORKER)


@_quietly
def close_accounts() -> None:
    account_closure.continue_closures(timezone.now())


@_quietly
def mail_notices() -> None:
    """Send what mails about notices are due."""
    sending.mail_due_notices()


@_quietly
def heartbeat() -> None:
    heartbeats.record_heartbeat(is_due=True)


@_quietly
def sweep() -> None:
    sweeping.run_all_steps()
