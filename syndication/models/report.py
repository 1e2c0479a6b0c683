"""Reports of posts, comments, profiles and groups, gathered in one case for each reported thing.

A case names its subject by kind and key, not by a foreign key: it outlives what it is about. What was
reported is kept as a sealed snapshot (ReportSnapshot), for staff alone and for a year after the case
was settled. Words and addresses of reporters are sealed, too; no page shows them to the reported member.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Audience

MAX_REPORT_LENGTH = 1000


class ReportedKind(models.TextChoices):
    POST = "post", _("Post")
    COMMENT = "comment", _("Comment")
    PROFILE = "profile", _("Profile")
    GROUP = "group", _("Group")
    OTHER = "other", pgettext_lazy("report", "Message")  # by the contact page, about nothing here


class ReportReason(models.TextChoices):
    """In the order of their number keys."""

    SPAM = "spam", _("Advertising, spam or fraud")
    HARASSMENT = "harassment", _("Insults, threats or harassment")
    PRIVACY = "privacy", _("Private facts or pictures of somebody")
    SEXUAL = "sexual", _("Sexual or violent content")
    RIGHTS = "rights", _("Somebody else’s work or name")
    OTHER = "other", _("Another reason")


class CaseOutcome(models.TextChoices):
    """What became of the reported thing: all that a reporter is told."""

    NOTHING = "nothing", pgettext_lazy("report", "It stays as it is")
    HIDDEN = "hidden", pgettext_lazy("report", "It was hidden")
    REMOVED = "removed", pgettext_lazy("report", "It was removed")


class ReportCase(models.Model):
    """All reports of one thing. `waiting_since` is set while it needs a decision of staff."""

    kind = models.CharField(_("kind"), max_length=10, choices=ReportedKind.choices)
    subject = models.PositiveBigIntegerField(default=0)  # its key
    owner = models.ForeignKey(  # who wrote it, or whose it is
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    # The narrowest for which any of what is kept was when it was reported: snapshots of before stay where
    # the thing is widened. Where it is not Everyone, each look of staff is logged.
    audience = models.CharField(_("audience"), max_length=20, choices=Audience.choices)
    report_count = models.PositiveIntegerField(_("reports"), default=0)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=CaseOutcome.choices, blank=True, default=""
    )
    created_at = models.DateTimeField(_("first reported"), auto_now_add=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        permissions = [
            ("settle_reportcase", "Can hide, show, warn, and settle reports"),
            ("remove_reportcase", "Can remove what was reported"),
            ("suspend_reportcase", "Can suspend members"),
        ]
        indexes = [
            models.Index(
                fields=["waiting_since", "id"],
                condition=Q(waiting_since__isnull=False),
                name="report_case_waiting",
            ),
            models.Index(fields=["settled_at"], name="report_case_settled"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=~Q(kind="other"), name="report_case_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject or ''}".strip()


class Report(models.Model):
    """One report: by a member, or by an outsider (`reporter` None), who may leave an address."""

    case = models.ForeignKey(ReportCase, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
    )
    reason = models.CharField(max_length=12, choices=ReportReason.choices)
    sealed_words = models.TextField(blank=True)
    sealed_address = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "reporter"],
                condition=Q(reporter__isnull=False),
                name="report_once_by_a_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} of case {self.case_id}"


class ReportSnapshot(models.Model):
    """What was reported, as it stood then: its own words (encrypted JSON) and photos, nothing around it."""

    case = models.ForeignKey(ReportCase, on_delete=models.CASCADE, related_name="snapshots")
    sealed_content = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"of case {self.case_id} at {self.made_at:%Y-%m-%d %H:%M}"


def report_photo_path(photo: ReportPhoto, filename: str) -> str:
    """The path of a reported photo: an unguessable name."""
    return f"reports/{secrets.token_hex(16)}.jpg"


class ReportPhoto(models.Model):
    """A copy of one reported photo."""

    snapshot = models.ForeignKey(ReportSnapshot, on_delete=models.CASCADE, related_name="photos")
    photo = models.ImageField(upload_to=report_photo_path)

    def __str__(self) -> str:
        return f"{self.pk} of snapshot {self.snapshot_id}"
