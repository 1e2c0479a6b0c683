"""Holds: nothing of a member is deleted with the closed account, or by age, for a while.

For what a court or an authority asks to be kept. Each with a reason and an end, in the trail.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from syndication.actions import moderation
from syndication.models import DecisionKind, RetentionHold
from syndication.models.errors import NotYours

MAY_HOLD = "syndication.add_retentionhold"


def held_members(now: datetime) -> list[int]:
    """The keys of members of whom nothing is deleted by age."""
    rows = RetentionHold.objects.filter(until__gt=now)
    return list(rows.values_list("member", flat=True).distinct())


@transaction.atomic
def hold_member(member: Member, until: datetime, reason: str, *, by: Member) -> RetentionHold:
    """Hold until then. Raises NotYours."""
    _must_be_allowed(by, member)
    hold = RetentionHold.objects.create(member=member, until=until)
    moderation.record(DecisionKind.HELD, member=member, by=by, reason=reason)
    return hold


@transaction.atomic
def end_hold(hold: RetentionHold, *, by: Member) -> None:
    """End the hold now, once. Raises NotYours."""
    _must_be_allowed(by, hold.member)
    now = timezone.now()
    if RetentionHold.objects.filter(pk=hold.pk, until__gt=now).update(until=now):
        moderation.record(DecisionKind.RELEASED, member=hold.member, by=by)


def _must_be_allowed(by: Member, member: Member) -> None:
    """Nobody of staff decides about themselves, but superusers: there may be nobody else."""
    if not by.has_perm(MAY_HOLD) or (by == member and not by.is_superuser):
        raise NotYours(by)
