"""Moderation: staff's decisions about a reported thing and its author, each with a reason and an audit row.

- Hide: nobody but its writer reads it; what is not sent yet is held; copies stay.
- Show: it is read again, and what was held goes.
- Nothing: the report is settled, and the thing stays.
- Warn: the member is told.

Removing and suspending: actions.removal. Who reported is told what became of the thing, never what became of a member.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import pgettext

from accounts.actions import notices, quotas
from accounts.actions.notice_mail import transport
from accounts.actions.notices import NoticeEvent
from accounts.models import Member
from syndication.actions.comments import lock_post
from syndication.connectors.reasons import Reason
from syndication.delivery import held_posts
from syndication.models import (
    CaseOutcome,
    Comment,
    DecisionKind,
    Objection,
    Post,
    Report,
    ReportCase,
    ReportedKind,
    StaffDecision,
)
from syndication.models.errors import NotNow, NotYours
from syndication.models.report_notices import REPORT_SETTLED, STAFF_DECISION, outcome_text
from syndication.models.staff_decision import OBJECTIONABLE_KINDS, TOLD_KINDS
from syndication.queries.cases import (
    HIDEABLE,
    MAY_SETTLE,
    find_subject,
    is_about,
    open_objections,
    unsealed,
)

logger = logging.getLogger(__name__)

GONE = Reason("reported_gone")
NOT_HIDDEN = Reason("reported_not_hidden")
NO_SUCH_COMMAND = Reason("no_such_command")


@transaction.atomic
def hide(case: ReportCase, reason: str, *, by: Member) -> StaffDecision:
    """Hide the post or comment from everybody but its writer. Raises NotYours and NotNow."""
    case = lock_case(case, MAY_SETTLE, by)
    row = lock_subject(case)
    now = timezone.now()
    type(row).objects.filter(pk=row.pk, hidden_at=None).update(hidden_at=now)
    if isinstance(row, Post):
        held_posts.hold_deliveries(row, now)
    return settle(case, CaseOutcome.HIDDEN, DecisionKind.HIDDEN, reason, by=by)


@transaction.atomic
def show(case: ReportCase, reason: str, *, by: Member) -> StaffDecision:
    """Show again what was hidden. Raises NotYours and NotNow."""
    case = lock_case(case, MAY_SETTLE, by)
    row = lock_subject(case)
    if row.hidden_at is None:
        raise NotNow(NOT_HIDDEN)
    type(row).objects.filter(pk=row.pk).update(hidden_at=None)
    if isinstance(row, Post):
        held_posts.resume_deliveries(row, timezone.now())
    return settle(case, CaseOutcome.NOTHING, DecisionKind.SHOWN, reason, by=by)


@transaction.atomic
def dismiss_case(case: ReportCase, reason: str, *, by: Member) -> StaffDecision:
    """Settle the case: what was reported stays as it is, hidden or not. Its writer is not told."""
    case = lock_case(case, MAY_SETTLE, by)
    outcome = case.outcome or CaseOutcome.NOTHING
    return settle(case, outcome, DecisionKind.NOTHING, reason, by=by)


@transaction.atomic
def warn(case: ReportCase, reason: str, *, by: Member) -> StaffDecision:
    """Warn the member; what was reported stays as it is."""
    case = lock_case(case, MAY_SETTLE, by)
    if case.owner is None:
        raise NotNow(GONE)
    outcome = case.outcome or CaseOutcome.NOTHING
    return settle(case, outcome, DecisionKind.WARNED, reason, by=by)


@transaction.atomic
def uphold(case: ReportCase, reason: str, *, by: Member) -> StaffDecision:
    """Answer the member's objection: the decision stays."""
    case = lock_case(case, MAY_SETTLE, by)
    if not open_objections(case).exists():
        raise NotNow(NO_SUCH_COMMAND)
    outcome = case.outcome or CaseOutcome.NOTHING
    return settle(case, outcome, DecisionKind.UPHELD, reason, by=by)


@transaction.atomic
def object_to(decision: StaffDecision, text: str, *, by: Member) -> Objection:
    """Object to a decision, once. Staff decide again. Raises NotYours, NotNow and quotas.QuotaUsedUp."""
    if decision.member_id != by.pk:
        raise NotYours(decision)
    if decision.kind not in OBJECTIONABLE_KINDS or decision.case is None:
        raise NotNow(NO_SUCH_COMMAND)
    case = ReportCase.objects.select_for_update(no_key=True).get(pk=decision.case.pk)
    before = Objection.objects.filter(decision=decision).first()
    if before is not None:
        return before
    quotas.spend_member_quota(by, quotas.OBJECTIONS)
    case.waiting_since = case.waiting_since or timezone.now()
    case.save(update_fields=["waiting_since"])
    return Objection.objects.create(decision=decision, text=text)


@transaction.atomic
def record_look(case: ReportCase, *, by: Member) -> StaffDecision:
    """Record that `by` opens what was reported, which is for fewer than Everyone. Raises NotYours."""
    case = lock_case(case, MAY_SETTLE, by)
    return record(DecisionKind.LOOKED, case=case, member=case.owner, by=by)


def lock_case(case: ReportCase, right: str, by: Member) -> ReportCase:
    """The case, fresh and locked. Raises NotYours where `by` has not the right, or it is about them."""
    if not by.has_perm(right):
        raise NotYours(case)
    fresh = ReportCase.objects.select_for_update(no_key=True).get(pk=case.pk)
    if is_about(fresh, by):
        raise NotYours(case)
    return fresh


def lock_subject(case: ReportCase) -> Post | Comment:
    """The post or comment, a post locked. Raises NotNow."""
    if case.kind not in HIDEABLE:
        raise NotNow(NO_SUCH_COMMAND)
    if case.kind == ReportedKind.POST:
        lock_post(Post(pk=case.subject))
    row = find_subject(case)
    if row is None:
        raise NotNow(GONE)
    return row


def settle(case: ReportCase, outcome: str, kind: str, reason: str, *, by: Member) -> StaffDecision:
    """Record the decision, answer open objections of the case, and tell the member and the reporters."""
    now = timezone.now()
    case.outcome, case.settled_at, case.waiting_since = outcome, now, None
    case.save(update_fields=["outcome", "settled_at", "waiting_since"])
    decision = record(kind, case=case, member=case.owner, reason=reason, by=by)
    keys = list(open_objections(case).values_list("pk", flat=True))
    Objection.objects.filter(pk__in=keys).update(answered_at=now)
    told = Report.objects.filter(case=case, settled_at=None, reporter__isnull=False)
    for pk, reporter in told.values_list("pk", "reporter"):
        notices.notify([reporter], NoticeEvent(code=REPORT_SETTLED, subject=pk))
    _answer_outsiders(case)
    Report.objects.filter(case=case, settled_at=None).update(settled_at=now)
    return decision


def _answer_outsiders(case: ReportCase) -> None:
    """Mail who reported by the contact page and left an address, once the decision stands."""
    if case.kind == ReportedKind.OTHER:
        return  # a question: staff answer it themselves
    waiting = Report.objects.filter(case=case, settled_at=None).exclude(sealed_address="")
    named = {unsealed(one.sealed_address) for one in waiting} - {""}
    addresses = [address for address in sorted(named) if quotas.may_answer_outsider(address)]
    with translation.override(settings.LANGUAGE_CODE):
        subject = f"{settings.SITE_NAME}: {pgettext('subject', 'Your report')}"
        text = outcome_text(case.outcome)
    transaction.on_commit(lambda: _mail_each(addresses, subject, text))


def _mail_each(addresses: Collection[str], subject: str, text: str) -> None:
    for address in addresses:
        try:
            EmailMessage(subject, text, None, [address], headers=transport.AUTOMATIC).send()
        except (OSError, ValueError):  # ValueError: an address that no mail can be made for
            logger.exception("who reported from outside could not be told")


def record(
    kind: str,
    *,
    by: Member | None,
    member: Member | None,
    case: ReportCase | None = None,
    reason: str = "",
) -> StaffDecision:
    """Write the audit row, and notify the member of decisions that are told."""
    decision = StaffDecision.objects.create(
        kind=kind, case=case, member=member, by=by, reason=reason
    )
    if member is not None and kind in TOLD_KINDS:
        notices.notify([member.pk], NoticeEvent(code=STAFF_DECISION, subject=decision.pk))
    return decision
