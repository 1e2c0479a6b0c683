"""The trail of what staff decided about members and what they wrote, and members' objections.

A decision is written once and never edited or deleted: what is decided anew is another row.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import PublicTextField
from syndication.models.report import ReportCase

MAX_OBJECTION_LENGTH = 1000


class DecisionKind(models.TextChoices):
    LOOKED = "looked", pgettext_lazy("staff", "looked at private content")
    NOTHING = "nothing", pgettext_lazy("staff", "nothing to do")
    HIDDEN = "hidden", pgettext_lazy("staff", "hidden")
    SHOWN = "shown", pgettext_lazy("staff", "shown again")
    REMOVED = "removed", pgettext_lazy("staff", "removed")
    WARNED = "warned", pgettext_lazy("staff", "warned")
    SUSPENDED = "suspended", pgettext_lazy("staff", "suspended")
    RESTORED = "restored", pgettext_lazy("staff", "suspension ended")
    UPHELD = "upheld", pgettext_lazy("staff", "decision upheld")
    HELD = "held", pgettext_lazy("staff", "hold on deletion")
    RELEASED = "released", pgettext_lazy("staff", "hold ended")
    LOST_PHONE = "lost_phone", pgettext_lazy("staff", "lost phone: all ways in ended")
    WAY_IN = "way_in", pgettext_lazy("staff", "link for a new password mailed")
    ASKED = "asked", pgettext_lazy("staff", "change of the log-in asked for")
    AGREED = "agreed", pgettext_lazy("staff", "change of the log-in: second yes")
    STOPPED = "stopped", pgettext_lazy("staff", "change of the log-in stopped")
    RECOVERED = "recovered", pgettext_lazy("staff", "log-in changed")


# Those that the member is told of, and reads on "What staff decided".
TOLD_KINDS = (
    *(DecisionKind.HIDDEN, DecisionKind.SHOWN, DecisionKind.REMOVED, DecisionKind.WARNED),
    *(DecisionKind.SUSPENDED, DecisionKind.RESTORED, DecisionKind.UPHELD),
    *(DecisionKind.LOST_PHONE, DecisionKind.WAY_IN, DecisionKind.RECOVERED),
)
OBJECTIONABLE_KINDS = (
    *(DecisionKind.HIDDEN, DecisionKind.REMOVED, DecisionKind.WARNED, DecisionKind.SUSPENDED),
)


class DecisionNotEditable(TypeError):
    """A row of the trail was about to be changed."""


class StaffDecisionQuerySet(models.QuerySet["StaffDecision"]):
    def visible_to(self, member: object) -> StaffDecisionQuerySet:
        """Decisions about the member that they are told of."""
        return self.filter(member=member, kind__in=TOLD_KINDS)

    def update(self, **fields: Any) -> NoReturn:
        raise DecisionNotEditable

    def delete(self) -> NoReturn:
        raise DecisionNotEditable


class StaffDecision(models.Model):
    """Who of staff decided what, about which member and case, when and why."""

    kind = models.CharField(_("decision"), max_length=10, choices=DecisionKind.choices)
    case = models.ForeignKey(
        ReportCase, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    member = models.ForeignKey(  # whom it is about
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="staff_decisions",
        verbose_name=_("member"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("staff", "by"),
    )
    reason = models.TextField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    objects = StaffDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision of staff")
        verbose_name_plural = _("decisions of staff")
        indexes = [models.Index(fields=["member", "-id"], name="decision_newest_of_member")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise DecisionNotEditable
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise DecisionNotEditable


class Objection(models.Model):
    """A member's objection to a decision: one for each. Staff answer it by a new decision."""

    decision = models.OneToOneField(
        StaffDecision, on_delete=models.PROTECT, related_name="objection"
    )
    text = PublicTextField(max_length=MAX_OBJECTION_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"to decision {self.decision_id}"


class RetentionHold(models.Model):
    """Nothing of the member is deleted by age, or with the closed account, until the hold ends."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="holds"
    )
    until = models.DateTimeField(_("until"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("hold on deletion")
        verbose_name_plural = _("holds on deletion")
        indexes = [models.Index(fields=["until"], name="hold_by_end")]

    def __str__(self) -> str:
        return f"{self.member_id}, – {self.until:%Y-%m-%d}"
