"""Groups and memberships. Nobody is added without accepting an invitation."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.public_text import PublicCharField
from accounts.models.refusal import REQUESTS_OPEN_FOR


class Group(models.Model):
    """A closed group keeps its row and loses its members: its posts stay with their authors alone,
    and the deliveries that take back copies of a post narrowed to the group are not lost.
    """

    name = PublicCharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="groups_owned"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["closed_at"],
                condition=models.Q(closed_at__isnull=False),
                name="group_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def joined(self) -> MembershipQuerySet:
        return self.filter(joined_at__isnull=False)

    def invited(self) -> MembershipQuerySet:
        """Invitations that are not too old, as the group's owner sees them: declined ones, too."""
        return self.filter(joined_at__isnull=True, invited_at__gt=Now() - REQUESTS_OPEN_FOR)

    def reaching(self) -> MembershipQuerySet:
        """Invitations that the invited member is to answer."""
        return self.invited().filter(is_silent=False)


class Membership(models.Model):
    """An invitation until the invited member accepts, which sets `joined_at`."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    invited_at = models.DateTimeField(auto_now_add=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    is_silent = models.BooleanField(default=False)  # declined, or invited again too soon after it

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "member"], name="membership_once"),
        ]
        indexes = [
            models.Index(
                fields=["invited_at"],
                condition=models.Q(joined_at=None),
                name="membership_invited_oldest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.group_id}"
