"""Decisions of staff, for the member that they are about."""

from __future__ import annotations

from syndication.models import Comment, DecisionKind, Post, ReportedKind, StaffDecision


def last_hiding(row: Post | Comment) -> StaffDecision | None:
    """The decision that hid a post or comment."""
    kind = ReportedKind.POST if isinstance(row, Post) else ReportedKind.COMMENT
    hidings = StaffDecision.objects.filter(kind=DecisionKind.HIDDEN, case__kind=kind)
    return hidings.filter(case__subject=row.pk).order_by("-pk").first()
