"""Help with a lost way to log in: what staff asked for, which waits before it is done."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# So long the member can stop it: by any log-in, or by a press in a session that is still live.
WAIT = timedelta(days=14)
WAIT_WITHOUT_SECOND_YES = timedelta(hours=72)  # more, where one person alone is staff
CONFIRM_WITHIN = timedelta(days=14)  # the new address, once the link was mailed there


class RecoveryKind(models.TextChoices):
    ADDRESS = "address", pgettext_lazy("help", "another email address")
    FACTOR = "factor", pgettext_lazy("help", "log-in without the second step")


class RecoveryEnd(models.TextChoices):
    DONE = "done", pgettext_lazy("help", "done")
    LOGIN = "login", pgettext_lazy("help", "stopped: the member logged in")
    MEMBER = "member", pgettext_lazy("help", "stopped by the member")
    STAFF = "staff", pgettext_lazy("help", "stopped by the staff")
    LAPSED = "lapsed", pgettext_lazy("help", "the new address was not confirmed")


class AccessRecovery(models.Model):
    """One request of staff, for one member. While `ended_at` is None it waits; a member has one at most."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recoveries"
    )
    kind = models.CharField(max_length=10, choices=RecoveryKind.choices)
    new_address = models.EmailField(blank=True, default="")  # of ADDRESS
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(  # the second of the staff
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)  # the link to `new_address`
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(
        max_length=10, choices=RecoveryEnd.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("help with logging in")
        verbose_name_plural = _("help with logging in")
        default_permissions = ()
        permissions = [("help_member", "Can help members who lost a way to log in")]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(ended_at=None), name="recovery_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(ended_at=None), name="recovery_one_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_id}"

    @property
    def earliest_at(self) -> datetime:
        """Until then the member can stop it, whatever staff do."""
        return self.asked_at + WAIT

    @property
    def due_at(self) -> datetime:
        """When it is done: later where no second person of the staff agreed."""
        wait = WAIT if self.agreed_at else WAIT + WAIT_WITHOUT_SECOND_YES
        return self.asked_at + wait
