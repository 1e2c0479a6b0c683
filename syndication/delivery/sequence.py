"""The sequence of deliveries of one post, or interaction, on one link: publish, edits, delete, and
perhaps again.

delivery.planning and delivery.edits decide what a new row is; it is appended here. Callers hold the
lock of the post or interaction, so that no two rows get one number.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Audience
from syndication.delivery import wakeups
from syndication.models import OPEN_STATES, Delivery, DeliveryState, Interaction, Link, Post

_S = DeliveryState
UNSENT_STATES = (_S.WAITING, _S.PARKED, _S.FAILED, _S.EXPIRED)
POSSIBLY_SENT_STATES = (_S.SENDING, _S.UNCONFIRMED, _S.SENT)


@dataclass(frozen=True)
class InitialDelivery:
    """The initial values of a delivery. `audience` defaults to the post's, `due_at` to now.

    The audience of an interaction says nothing: Interaction.visibility has who reads it.
    """

    state: str
    reason: str = ""
    audience: str = ""
    due_at: datetime | None = None
    is_manual: bool = False
    is_correction: bool = False
    is_notified: bool = False  # for a row that starts at rest: the member knows


@dataclass
class CopyHistory:
    """A copy that is, may be or will be on a network, with the edits and the delete behind it."""

    copy: Delivery  # the publish
    edits: list[Delivery] = field(default_factory=list)
    delete: Delivery | None = None

    @property
    def is_being_deleted(self) -> bool:
        return self.delete is not None and self.delete.state in (_S.SENT, *OPEN_STATES)

    @property
    def is_active(self) -> bool:
        """Whether the copy was or may have been sent, and was not deleted."""
        is_back = self.delete is not None and self.delete.state == _S.SENT
        return self.copy.state in POSSIBLY_SENT_STATES and not is_back

    @property
    def has_left(self) -> bool:
        """Whether content of it may be on the network. Else it is read when the request is sent."""
        return self.copy.state in POSSIBLY_SENT_STATES or bool(self.copy.sent_as)


def append_delivery(
    subject: Post | Interaction, link: Link, kind: str, start: InitialDelivery
) -> Delivery:
    """Append a delivery to the sequence of its subject and link, and wake the worker if it may go now."""
    now = timezone.now()
    whose = {"post": subject} if isinstance(subject, Post) else {"interaction": subject}
    last = Delivery.objects.filter(**whose, link=link).order_by("sequence").last()
    has_turn = start.state in (_S.WAITING, _S.PARKED)
    delivery = Delivery.objects.create(
        **whose,
        link=link,
        kind=kind,
        sequence=last.sequence + 1 if last else 1,
        state=start.state,
        audience=start.audience or getattr(subject, "audience", Audience.EVERYONE),
        reason=start.reason,
        due_at=(start.due_at or now) if has_turn else None,
        asked_at=now,
        is_manual=start.is_manual,
        is_correction=start.is_correction,
        is_notified=start.is_notified and not has_turn,
        idempotency_key=str(uuid.uuid4()),
    )
    if start.state == _S.WAITING:
        wakeups.wake_for_delivery(delivery.pk)
    return delivery


def editable_copies(post: Post) -> list[CopyHistory]:
    """The copies of `post` that an edit applies to, one a link; none that is being deleted."""
    rows = post.deliveries.select_related("link__member").prefetch_related("link__toggles")
    kept = [each for each in copy_histories(rows) if not each.is_being_deleted]
    return list({each.copy.link_id: each for each in kept}.values())


def copy_histories(rows: QuerySet[Delivery]) -> list[CopyHistory]:
    """Group one post's deliveries by copy, in order; each copy with its edits and its delete."""
    found: list[CopyHistory] = []
    last: dict[int, CopyHistory] = {}
    for row in rows.order_by("sequence", "pk"):
        if row.is_edit or row.is_delete:
            copy = last.get(row.link_id)
            if copy is not None and row.is_edit:
                copy.edits.append(row)
            elif copy is not None:
                copy.delete = row
        elif (
            row.state in (*POSSIBLY_SENT_STATES, _S.WAITING, _S.PARKED)
            and row.remote_deleted_at is None
        ):
            last[row.link_id] = CopyHistory(row)
            found.append(last[row.link_id])
    return found


def blocks_new_copy(before: Delivery) -> bool:
    """Whether `before`, the last publish or delete, leaves a copy that is or may be on the network."""
    gone: Iterable[str] = (_S.SKIPPED, _S.CANCELLED)
    if before.is_delete:
        gone = (*gone, _S.SENT, _S.WAITING, _S.SENDING)
    return before.state not in gone and before.remote_deleted_at is None
