"""Reply schedule: when each copy is checked for replies; less often with its age, for two weeks.

A link is asked once for all its copies (a listing of its own posts), so a look at one copy takes along
those that would be due soon. A link none of whose copies is due is not asked at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from django.db.models import Q, QuerySet

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector, SubjectKind
from syndication.delivery import import_schedule
from syndication.models import (
    CopyActivity,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    ImportKind,
    Link,
    LinkImport,
)

# A copy's age at each of its looks. Up to THREAD_AGE every look reads its thread, later ones only
# where a count moved.
AGES = (
    *(timedelta(minutes=minutes) for minutes in (5, 15, 45)),
    *(timedelta(hours=hours) for hours in (2, 5, 10)),
    *(timedelta(days=days) for days in range(1, 15)),
)
THREAD_AGE = timedelta(days=3)
AHEAD = 0.25  # of the time between two looks: a copy due within that is looked at with others
SOONEST = timedelta(minutes=1)  # between two listings of one link
IDLE = timedelta(hours=24)  # until the rows of a link without due copies are looked at again
MAX_WATCHED = 400  # copies of one link that one import considers; those due first
MAX_RESUMED = 200  # newest deliveries that are searched when replies are wanted again

_PUBLISHED = Q(
    operation=DeliveryOperation.PUBLISH, state=DeliveryState.SENT, remote_deleted_at=None
)


def brings_anything(connector: type[Connector], kind: str) -> bool:
    """Whether copies of this kind (of a post, or "reply") bring replies or likes back."""
    return kind in connector.brings_replies or kind in connector.brings_likes


def is_wanted(delivery: Delivery, link: Link) -> bool:
    """Whether replies to this copy, just sent or still there, are to come back."""
    if not delivery.is_publish or not link.brings_replies:
        return False
    if delivery.post is not None and (delivery.post.is_without_replies or delivery.post.deleted_at):
        return False
    return brings_anything(CONNECTORS[link.network], delivery.subject_kind)


def watch_copies(copies: Iterable[Delivery], link: Link, now: datetime) -> None:
    """Schedule checks of these copies, sent to `link`; those too old are left out."""
    rows = [first_activity(copy, link, now) for copy in copies if copy.remote_id]
    rows = [row for row in rows if row.due_at is not None]
    if not rows:
        return
    CopyActivity.objects.bulk_create(rows, ignore_conflicts=True)
    _bring_forward(link, min(row.due_at for row in rows if row.due_at))


def first_activity(copy: Delivery, link: Link, now: datetime) -> CopyActivity:
    """The row of a copy that is not looked at yet; a `due_at` of None: it is too old."""
    sent = sent_at(copy, now)
    step = bisect_right(AGES, now - sent)
    activity = CopyActivity(delivery=copy, link=link, step=step)
    activity.due_at = _due_at(sent, step, activity)
    return activity


def resume_copies(copies: QuerySet[Delivery], link: Link, now: datetime) -> None:
    """Resume the checks of those of `copies` that are still out."""
    newest = list(link.deliveries.order_by("-pk").values_list("pk", flat=True)[:MAX_RESUMED])
    found = copies.filter(_PUBLISHED, pk__in=newest).select_related("post", "interaction")
    watch_copies([copy for copy in found if is_wanted(copy, link)], link, now)


def watched_copies(link: Link) -> list[CopyActivity]:
    """The scheduled copies of the link, those due first."""
    rows = CopyActivity.objects.filter(link=link, due_at__isnull=False).filter(has_its_subject())
    related = ("delivery__post", "delivery__interaction")
    return list(rows.select_related(*related).order_by("due_at")[:MAX_WATCHED])


def is_due(activity: CopyActivity, now: datetime) -> bool:
    """Whether the copy is due, or so soon that it is looked at with others."""
    return activity.due_at is not None and activity.due_at <= now + AHEAD * _gap(activity.step)


def is_young(activity: CopyActivity, now: datetime) -> bool:
    return now - sent_at(activity.delivery, now) < THREAD_AGE


def advance(activity: CopyActivity, now: datetime) -> dict[str, object]:
    """The fields of a copy that was looked at now: its next step, past all that were missed."""
    sent = sent_at(activity.delivery, now)
    step = max(activity.step + 1, bisect_right(AGES, now - sent))
    return {"step": step, "due_at": _due_at(sent, step, activity), "looked_at": now}


def next_reading_at(link: Link, now: datetime) -> datetime:
    """When the link's replies are due for import."""
    due = CopyActivity.objects.filter(link=link, due_at__isnull=False).filter(has_its_subject())
    first = due.order_by("due_at").values_list("due_at", flat=True).first()
    return now + IDLE if first is None else max(first, now + SOONEST)


def has_its_subject() -> Q:
    """A condition: the post or reply was not deleted here, and its replies are wanted."""
    posts = Q(delivery__post__deleted_at=None, delivery__post__is_without_replies=False)
    return Q(delivery__interaction=None) & posts | Q(
        delivery__post=None, delivery__interaction__deleted_at=None
    )


def sent_at(delivery: Delivery, now: datetime) -> datetime:
    return delivery.sent_at or now


def _due_at(sent: datetime, step: int, activity: CopyActivity) -> datetime | None:
    """When the step is due; None after the last. Where a network counts nothing, nothing is read of a
    copy older than THREAD_AGE."""
    if step >= len(AGES):
        return None
    connector = CONNECTORS[activity.link.network]
    kind = cast(SubjectKind, activity.delivery.subject_kind)
    counts = connector.counts_replies or kind in connector.brings_likes
    return sent + AGES[step] if counts or AGES[step] < THREAD_AGE else None


def _gap(step: int) -> timedelta:
    """The time between a step and the one before it."""
    at = min(step, len(AGES) - 1)
    return AGES[at] - (AGES[at - 1] if at else timedelta())


def _bring_forward(link: Link, due_at: datetime) -> None:
    """Import the link's replies at `due_at`, unless they are sooner. Read first: mostly they are."""
    link_import = import_schedule.get_or_create_link_import(link, ImportKind.REPLIES)
    if link_import.due_at is None or link_import.due_at > due_at:
        later = Q(due_at=None) | Q(due_at__gt=due_at)
        LinkImport.objects.filter(later, pk=link_import.pk).update(due_at=due_at)
