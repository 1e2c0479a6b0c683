"""Settlement: side effects committed together with a delivery's final state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.utils import timezone

from syndication.delivery import undelivered
from syndication.delivery.replies import schedule, storage
from syndication.models import Delivery, DeliveryState, Link


def consequence(
    delivery: Delivery, link: Link, state: str, due_at: object
) -> Callable[[], object] | None:
    """The side effect to run in the transaction that moves `delivery` to `state`; None for none."""
    if state == DeliveryState.SENT and delivery.is_delete:
        return partial(storage.forget_deleted_copy, delivery)
    if state == DeliveryState.SENT and schedule.is_wanted(delivery, link):
        return lambda: schedule.watch_copies([delivery], link, timezone.now())
    if undelivered.is_undelivered_end(state, due_at):
        return partial(undelivered.notify_end, delivery)
    return None


def record_remote_deletion(copy: Delivery, now: datetime) -> None:
    """Record that the copy was found deleted on the network."""
    sent = Delivery.objects.filter(pk=copy.pk, state=DeliveryState.SENT, remote_deleted_at=None)
    if sent.update(remote_deleted_at=now):
        storage.forget_copies([copy.pk])
