"""Notices of reports: what staff decided about one's own, and that one's report was settled.

Notice.subject is the decision, or the report. A reporter is told what became of the thing alone, never
what became of a member.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import MailClass, Member, NoticeKind, NoticeTopic
from syndication.models.report import CaseOutcome, Report, ReportedKind
from syndication.models.staff_decision import DecisionKind, StaffDecision

STAFF_DECISION = "staff_decision"
REPORT_SETTLED = "report_settled"

_K = DecisionKind
_ABOUT_POST: Mapping[str, Any] = {
    _K.HIDDEN: gettext_lazy("The staff hid a post of yours."),
    _K.SHOWN: gettext_lazy("A post of yours is shown again."),
    _K.REMOVED: gettext_lazy("The staff removed a post of yours."),
}
_ABOUT_COMMENT: Mapping[str, Any] = {
    _K.HIDDEN: gettext_lazy("The staff hid a comment of yours."),
    _K.SHOWN: gettext_lazy("A comment of yours is shown again."),
    _K.REMOVED: gettext_lazy("The staff removed a comment of yours."),
}
_ABOUT_PROFILE: Mapping[str, Any] = {
    _K.REMOVED: gettext_lazy("The staff cleared your profile."),
}
_ABOUT_GROUP: Mapping[str, Any] = {
    _K.REMOVED: gettext_lazy("The staff closed a group of yours."),
}
_ABOUT_MEMBER: Mapping[str, Any] = {
    _K.WARNED: gettext_lazy("You have a warning from the staff."),
    _K.SUSPENDED: gettext_lazy("The staff suspended your account."),
    _K.RESTORED: gettext_lazy("Your account is no longer suspended."),
    _K.UPHELD: gettext_lazy("The staff answered your objection."),
    _K.LOST_PHONE: gettext_lazy("The staff ended your sessions: a phone was lost."),
    _K.WAY_IN: gettext_lazy("The staff emailed you a link for a new password."),
    _K.RECOVERED: gettext_lazy("The staff changed how you log in, as they were asked."),
}
_BY_KIND = {
    ReportedKind.POST: _ABOUT_POST,
    ReportedKind.COMMENT: _ABOUT_COMMENT,
    ReportedKind.PROFILE: _ABOUT_PROFILE,
    ReportedKind.GROUP: _ABOUT_GROUP,
}
_SETTLED: Mapping[str, Any] = {
    CaseOutcome.NOTHING: gettext_lazy("Your report was looked at: what you reported stays."),
    CaseOutcome.HIDDEN: gettext_lazy("Your report was settled: what you reported is hidden."),
    CaseOutcome.REMOVED: gettext_lazy("Your report was settled: what you reported was removed."),
}


def decision_text(decision: str, reported: str | None) -> str:
    """A decision in words, for its member."""
    texts = {**_ABOUT_MEMBER, **_BY_KIND.get(ReportedKind(reported or ReportedKind.OTHER), {})}
    return str(texts.get(decision) or _("The staff decided something about your account."))


def outcome_text(outcome: str) -> str:
    """What became of a reported thing, for who reported it."""
    return str(_SETTLED.get(outcome) or _("Your report is being looked at."))


def _is_mine(member: Member) -> Q:
    return Q(Exists(StaffDecision.objects.visible_to(member).filter(pk=OuterRef("subject"))))


def _decision_columns(member: Member) -> Mapping[str, Any]:
    decision = StaffDecision.objects.filter(pk=OuterRef("subject"))
    return {
        "decision_kind": Subquery(decision.values("kind")),
        "reported_kind": Subquery(decision.values("case__kind")),
    }


def _reported_by(member: Member) -> Any:
    return Report.objects.filter(pk=OuterRef("subject"), reporter=member)


def _report_columns(member: Member) -> Mapping[str, Any]:
    return {"case_outcome": Subquery(_reported_by(member).values("case__outcome"))}


def _decided(notice: Any) -> str:
    return decision_text(notice.decision_kind, notice.reported_kind)


KINDS = (
    NoticeKind(
        code=STAFF_DECISION,
        topic=NoticeTopic(readable=_is_mine, columns=_decision_columns),
        text=_decided,
        target=lambda notice: ("staff_decision", (notice.subject,)),
        mail_subject=pgettext_lazy("subject", "From the staff"),
        mail_class=MailClass.SECURITY,
    ),
    NoticeKind(
        code=REPORT_SETTLED,
        topic=NoticeTopic(
            readable=lambda member: Q(Exists(_reported_by(member))), columns=_report_columns
        ),
        text=lambda notice: outcome_text(getattr(notice, "case_outcome", "")),
        target=lambda notice: ("report_list", ()),
        mail_subject=pgettext_lazy("subject", "Your report"),
        mail_class=MailClass.PEOPLE,
        is_kept_from_staff=True,  # who reported
    ),
)
