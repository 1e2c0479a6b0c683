"""The sequence of deliveries of one post, or interaction, on one link: publish, edits, delete, and
perhaps again.

delivery.planning and delivery.edits decide what a new row is; it is appended here. Callers hold the
lock of the post or interaction, so that no two rows get one number.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Audience
from syndication.delivery import eligibility, wakeups
from syndication.models import (
    OPEN_STATES,
    Delivery,
    DeliveryState,
    Interaction,
    Link,
    Post,
)

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
    def has_delete_ahead(self) -> bool:
        """Whether its delete goes before anything behind it."""
        return self.delete is not None and self.delete.state in (_S.WAITING, _S.SENDING)

    def forbids_new_copy(self, post: Post) -> bool:
        """Whether the copy forbids another one of `post`: it stands, or may. One with more readers than
        the post has, which nobody deletes any more, forbids none."""
        ended = (_S.SKIPPED, _S.CANCELLED)
        is_left = self.delete is not None and self.delete.state in ended
        is_own = not is_left or eligibility.covers_audience(post, self.copy.audience)
        return self.is_active and is_own

    @property
    def may_be_on_network(self) -> bool:
        """Whether content of the copy may be on the network. If not, the content is read when it is sent."""
        return self.copy.state in POSSIBLY_SENT_STATES or bool(self.copy.sent_as)


def append_delivery(
    subject: Post | Interaction, link: Link, operation: str, start: InitialDelivery
) -> Delivery:
    """Append a delivery to the sequence of its subject and link, and wake the worker if it may go now."""
    now = timezone.now()
    whose = {"post": subject} if isinstance(subject, Post) else {"interaction": subject}
    last = Delivery.objects.filter(**whose, link=link).order_by("sequence").last()
    has_turn = start.state in (_S.WAITING, _S.PARKED)
    delivery = Delivery.objects.create(
        **whose,
        link=link,
        operation=operation,
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
    """Group one post's deliveries by copy, in order; each copy with its edits and its delete. None that
    was found deleted on the network."""
    return _existing(rows.order_by("sequence", "pk"))


def published_copy_of(delivery: Delivery) -> Delivery | None:
    """The publish that an edit or a delete belongs to."""
    before = Delivery.objects.in_sequence_of(delivery).filter(sequence__lt=delivery.sequence)
    return last_copy(before.select_related("interaction"))


def last_copy(rows: QuerySet[Delivery]) -> Delivery | None:
    """The publish that an edit or a delete behind `rows`, of one link, belongs to: the last whose copy
    is, may be or will be out, and is not being deleted."""
    _, by_link = _histories(rows.order_by("sequence", "pk"))
    standing = [each.copy for several in by_link.values() for each in several]
    return standing[-1] if standing else None


def may_be_out(publish: Delivery) -> bool:
    """Whether the copy was or may have been sent; a like counts whatever the network answered."""
    was_liked = publish.is_of_like and publish.first_sent_at is not None
    return was_liked or publish.state in POSSIBLY_SENT_STATES


def blocks_new_copy(post: Post, rows: Sequence[Delivery]) -> bool:
    """Whether a copy of `post` is on a link, or may be or come to be, so that another is refused. `rows`
    are its publishes and deletes there, in order."""
    if not rows:
        return False
    gone: Iterable[str] = (_S.SKIPPED, _S.CANCELLED)
    if rows[-1].is_delete:
        gone = (*gone, _S.SENT, _S.WAITING, _S.SENDING)
    if rows[-1].state not in gone and rows[-1].remote_deleted_at is None:
        return True
    return any(
        each.forbids_new_copy(post) and not each.has_delete_ahead for each in _existing(rows)
    )


def _existing(rows: Iterable[Delivery]) -> list[CopyHistory]:
    return [each for each in _histories(rows)[0] if each.copy.remote_deleted_at is None]


def _histories(
    rows: Iterable[Delivery],
) -> tuple[list[CopyHistory], dict[int, list[CopyHistory]]]:
    """All copies, and by link those that are not being deleted. A delete belongs to the last of these."""
    found: list[CopyHistory] = []
    standing: defaultdict[int, list[CopyHistory]] = defaultdict(list)
    for row in rows:
        copies = standing[row.link_id]
        if row.is_publish:
            if may_be_out(row) or row.state in (_S.WAITING, _S.PARKED):
                copies.append(CopyHistory(row))
                found.append(copies[-1])
        elif copies and row.is_edit:
            copies[-1].edits.append(row)
        elif copies:
            copies[-1].delete = row
            if copies[-1].is_being_deleted:
                copies.pop()
    return found, standing
