"""The rows of one post on one link, in their order: publish, edits, delete, and perhaps once more.

What a new row says is decided elsewhere (actions.deliveries, actions.edits); here it is put at the
end. Callers hold the post's lock, so that two of them never take one place.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from syndication import queue
from syndication.models import OPEN_STATES, Delivery, DeliveryState, Link, Post

_S = DeliveryState
NOT_OUT = (_S.WAITING, _S.PARKED, _S.FAILED, _S.MISSED)
MAYBE_OUT = (_S.SENDING, _S.UNCONFIRMED, _S.SENT)


@dataclass(frozen=True)
class Start:
    """How a new row begins. `audience`: who reads the copy; the post's own where none is named.
    `due_at` is now where none is named."""

    state: str
    reason: str = ""
    audience: str = ""
    due_at: datetime | None = None
    is_by_hand: bool = False
    is_told: bool = False  # of one that ends here: the member knows


@dataclass(frozen=True)
class Standing:
    """A copy that is on a network, on its way there, or may be; and the edits behind it."""

    copy: Delivery  # the publish
    edits: list[Delivery] = field(default_factory=list)

    @property
    def has_left(self) -> bool:
        """Whether words of it may be there. Else it takes along what the post says when it goes."""
        return self.copy.state in MAYBE_OUT or bool(self.copy.sent_as)


def add(post: Post, link: Link, kind: str, start: Start) -> Delivery:
    """A new row behind those of this post on this link, and a hint where it may go now."""
    now = timezone.now()
    last = Delivery.objects.filter(post=post, link=link).order_by("sequence").last()
    has_turn = start.state in (_S.WAITING, _S.PARKED)
    delivery = Delivery.objects.create(
        post=post,
        link=link,
        kind=kind,
        sequence=last.sequence + 1 if last else 1,
        state=start.state,
        audience=start.audience or post.audience,
        reason=start.reason,
        due_at=(start.due_at or now) if has_turn else None,
        asked_at=now,
        is_by_hand=start.is_by_hand,
        is_told=start.is_told and not has_turn,
        idempotency_key=str(uuid.uuid4()),
    )
    if start.state == _S.WAITING:
        queue.hint(delivery.pk)
    return delivery


def standing(post: Post) -> list[Standing]:
    """The copies of `post` that an edit is about. Not those that are being taken back."""
    found: dict[int, Standing] = {}
    rows = post.deliveries.select_related("link__member").prefetch_related("link__toggles")
    for row in rows.order_by("sequence", "pk"):
        if row.is_edit:
            if row.link_id in found:
                found[row.link_id].edits.append(row)
        elif row.is_delete:
            if row.state in (_S.SENT, *OPEN_STATES):
                found.pop(row.link_id, None)
        elif row.state in (*MAYBE_OUT, _S.WAITING, _S.PARKED) and row.gone_at is None:
            found[row.link_id] = Standing(row)
    return list(found.values())


def stands_in_the_way(before: Delivery) -> bool:
    """Whether a copy is, or may be, on the network after `before`, the last publish or delete."""
    gone: Iterable[str] = (_S.SKIPPED, _S.CANCELLED)
    if before.is_delete:
        gone = (*gone, _S.SENT, _S.WAITING, _S.SENDING)
    return before.state not in gone and before.gone_at is None
