"""Ask for the worker: a delivery is due, something is due, an account is being closed.

A wake-up may be lost, doubled or late: the rows decide (delivery.claims), and the sweeper wakes what
nothing woke. How a wake-up travels is decided by syndication.worker.queue, which receives
`wakeup_wanted`: so the engine knows no broker, and imports point down.
"""

from __future__ import annotations

from django.conf import settings
from django.dispatch import Signal

wakeup_wanted = Signal()  # `task`: the name of a function of worker.tasks; `args`: its arguments


def wake_for_delivery(delivery_pk: int) -> None:
    """A delivery is due, as soon as this transaction is committed."""
    wakeup_wanted.send(None, task="deliver", args=(delivery_pk,))


def wake_for_due() -> None:
    """Something is due; whoever takes this finds out what."""
    wakeup_wanted.send(None, task="deliver_due", args=())


def wake_for_closures() -> None:
    """An account is being closed."""
    wakeup_wanted.send(None, task="close_accounts", args=())


def worker_count() -> int:
    """How many workers one cluster has."""
    return int(settings.Q_CLUSTER["workers"])
