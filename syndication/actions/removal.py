"""Removing what was reported, and suspending its writer: the commands that take something away.

What is removed was hidden before, and its writer could object: seven days long, unless they objected
earlier, or it is manifestly illegal. Its copies are deleted as if its author had deleted it; what a
network cannot delete is listed with its address, for staff and for the author.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.actions import groups
from accounts.actions import profile as profiles
from accounts.models import Group, Member
from syndication.actions import moderation, posts
from syndication.actions.moderation import GONE, NO_SUCH_COMMAND, lock_case, lock_subject, settle
from syndication.connectors.reasons import Reason
from syndication.models import (
    CaseOutcome,
    DecisionKind,
    Objection,
    Post,
    ReportCase,
    ReportedKind,
    StaffDecision,
)
from syndication.models.errors import NotNow
from syndication.queries.cases import MAY_REMOVE, MAY_SUSPEND

HIDDEN_FIRST = Reason("hide_first")
REMOVED_AFTER = timedelta(days=7)


@transaction.atomic
def remove(case: ReportCase, reason: str, *, by: Member, is_illegal: bool = False) -> StaffDecision:
    """Remove the thing for good: a post with its copies, a comment, what a profile says, a group.

    Raises NotYours, and NotNow where a post or comment must be hidden first.
    """
    case = lock_case(case, MAY_REMOVE, by)
    if case.kind in moderation.HIDEABLE:
        _remove_row(case, is_illegal=is_illegal)
    elif case.kind == ReportedKind.PROFILE and case.owner is not None:
        profiles.clear_profile(case.owner)
    elif case.kind == ReportedKind.GROUP:
        _close_group(case)
    else:
        raise NotNow(NO_SUCH_COMMAND)
    return settle(case, CaseOutcome.REMOVED, DecisionKind.REMOVED, reason, by=by)


def _remove_row(case: ReportCase, *, is_illegal: bool) -> None:
    row = lock_subject(case)
    if not is_illegal:
        is_old = row.hidden_at is not None and row.hidden_at < timezone.now() - REMOVED_AFTER
        hidings = case.decisions.filter(kind=DecisionKind.HIDDEN)
        is_answered = Objection.objects.filter(decision__in=hidings).exists()
        if row.hidden_at is None or not (is_old or is_answered):
            raise NotNow(HIDDEN_FIRST)
    if isinstance(row, Post):
        posts.erase_post(row)
    else:
        row.delete()


def _close_group(case: ReportCase) -> None:
    group = Group.objects.filter(pk=case.subject, closed_at=None).first()
    if group is None:
        raise NotNow(GONE)
    groups.close_group_by_staff(group)


@transaction.atomic
def suspend(case: ReportCase, reason: str, *, by: Member) -> StaffDecision:
    """Suspend the member: their sessions read, and write nothing but objections. What they wrote stays."""
    case = lock_case(case, MAY_SUSPEND, by)
    member = _owner(case)
    if member.is_superuser or member.pk == by.pk:
        raise NotNow(NO_SUCH_COMMAND)
    Member.objects.filter(pk=member.pk, suspended_at=None).update(suspended_at=timezone.now())
    outcome = case.outcome or CaseOutcome.NOTHING
    return settle(case, outcome, DecisionKind.SUSPENDED, reason, by=by)


@transaction.atomic
def restore(case: ReportCase, reason: str, *, by: Member) -> StaffDecision:
    """End the suspension of the member."""
    case = lock_case(case, MAY_SUSPEND, by)
    Member.objects.filter(pk=_owner(case).pk).update(suspended_at=None)
    outcome = case.outcome or CaseOutcome.NOTHING
    return settle(case, outcome, DecisionKind.RESTORED, reason, by=by)


def _owner(case: ReportCase) -> Member:
    if case.owner is None:
        raise NotNow(GONE)
    return case.owner


COMMANDS: dict[str, Callable[..., StaffDecision]] = {
    "hide": moderation.hide,
    "show": moderation.show,
    "remove": remove,
    "warn": moderation.warn,
    "suspend": suspend,
    "restore": restore,
    "uphold": moderation.uphold,
    "nothing": moderation.dismiss_case,
}
