"""Held posts: hold the unsent deliveries of posts that staff hid; copies that are out stay.

A held delivery waits with a reason of its own and a due time that no worker reaches. Planned or woken
meanwhile, it is held again by the pre-send check, which reads the post under its lock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from syndication.connectors.reasons import Reason
from syndication.delivery import wakeups
from syndication.delivery.pre_send import PreSendCheckFailed
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Post

HELD_BY_STAFF = Reason("held_by_staff")
HELD_FOR = timedelta(days=3650)


def hold_deliveries(post: Post, now: datetime) -> int:
    """Hold what waits to be published or edited. The caller holds the post's lock, and hid it."""
    waiting = Delivery.objects.filter(post=post, state=DeliveryState.WAITING).unleased(now)
    publishing = waiting.exclude(operation=DeliveryOperation.DELETE)
    return publishing.update(due_at=now + HELD_FOR, reason=HELD_BY_STAFF)


def resume_deliveries(post: Post, now: datetime) -> None:
    """Let held deliveries go; their deadlines count from now."""
    held = Delivery.objects.filter(post=post, state=DeliveryState.WAITING, reason=HELD_BY_STAFF)
    keys = list(held.order_by("sequence").values_list("pk", flat=True))
    held.update(due_at=now, asked_at=now, reason="")
    for key in keys:
        wakeups.wake_for_delivery(key)


def require_shown(post: Post, now: datetime) -> None:
    """The pre-send check. Raises PreSendCheckFailed where the post is hidden."""
    if post.hidden_at is not None:
        raise PreSendCheckFailed(DeliveryState.WAITING, HELD_BY_STAFF, due_at=now + HELD_FOR)
