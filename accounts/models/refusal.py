"""Refusals: who declined what, so that asking again reaches nobody for a while.

Who asked cannot tell: the request or invitation stands as unanswered until it expires, and so does another
one made after it. Nothing that the asker sees may depend on these rows, nor on `is_silent`.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

SILENT_FOR = timedelta(days=30)
REQUESTS_OPEN_FOR = timedelta(days=30)  # friend requests and group invitations that nobody answers


class RefusalQuerySet(models.QuerySet["Refusal"]):
    def in_force(self) -> RefusalQuerySet:
        return self.filter(declined_at__gt=timezone.now() - SILENT_FOR)


class Refusal(models.Model):
    """`member` declined the friend request of `asker`, or the invitation to `group`."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="refusals"
    )
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        "accounts.Group", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    declined_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = RefusalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "asker"], name="refusal_once_for_asker"),
            models.UniqueConstraint(fields=["member", "group"], name="refusal_once_for_group"),
            models.CheckConstraint(
                condition=Q(asker__isnull=True, group__isnull=False)
                | Q(asker__isnull=False, group__isnull=True),
                name="refusal_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} declined {self.asker_id or f'group {self.group_id}'}"
