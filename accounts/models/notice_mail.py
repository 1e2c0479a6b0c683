"""A mail about notices, as a row: who sends it, whether it went, and whether it came back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.notice_kinds import MailClass


class MailState(models.TextChoices):
    """CLAIMED goes back if its worker dies; SENDING becomes UNKNOWN, and is never sent again."""

    CLAIMED = "claimed"  # a worker prepares it
    SENDING = "sending"  # the mail server was given the text and has not answered
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # the worker died, or the connection broke, while SENDING


class NoticeMail(models.Model):
    """One mail for one or more notices of a member (Notice.mail). Kept for 90 days: its link to end
    such mails works for as long.

    `key` stands in the Message-ID and in the envelope's sender, so a bounce finds its row.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_mails"
    )
    key = models.CharField(max_length=32, unique=True)
    mail_class = models.CharField(max_length=10, choices=MailClass.choices)
    topic_key = models.CharField(max_length=80)  # code and subject of its notices; "" if daily
    address = models.EmailField()
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.CLAIMED)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    is_hard_bounce = models.BooleanField(default=False)  # nobody has that address

    class Meta:
        indexes = [
            models.Index(fields=["member", "created_at"], name="notice_mail_of_member"),
            models.Index(fields=["created_at"], name="notice_mail_oldest"),
            models.Index(
                fields=["lease_until"],
                condition=Q(lease_until__isnull=False),
                name="notice_mail_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} to {self.member_id}"

    @property
    def is_daily(self) -> bool:
        return not self.topic_key
