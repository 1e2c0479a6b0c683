"""Wake-ups: ask the worker to deliver what is due, to mail notices, or to continue account
closures.

A wake-up may be lost, doubled or late: the rows decide (delivery.claims), and the sweeper repeats lost
ones. syndication.worker.queue receives `wakeup_wanted` and sends it on, so that the engine knows no
broker and imports point down.
"""

from __future__ import annotations

from django.conf import settings
from django.dispatch import Signal

wakeup_wanted = Signal()  # `task`: the name of a function of worker.tasks; `args`: its arguments


def wake_for_delivery(delivery_pk: int) -> None:
    """Wake the worker for one delivery, once this transaction is committed."""
    wakeup_wanted.send(None, task="deliver", args=(delivery_pk,))


def wake_for_due() -> None:
    """Wake the worker for whatever is due."""
    wakeup_wanted.send(None, task="deliver_due", args=())


def wake_for_closures() -> None:
    """Wake the worker for accounts that are being closed."""
    wakeup_wanted.send(None, task="close_accounts", args=())


def wake_for_mails() -> None:
    """Wake the worker for mails about notices."""
    wakeup_wanted.send(None, task="mail_notices", args=())


def worker_count() -> int:
    """The number of workers of one cluster."""
    return int(settings.Q_CLUSTER["workers"])
