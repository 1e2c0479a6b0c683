"""Friendships, friend requests, blocks and invitations.

A friendship is two rows, one from each side, written and removed together (actions.friends), so
that "my friends" and "friends of my friends" are plain joins.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models.public_text import PublicCharField
from accounts.models.refusal import REQUESTS_OPEN_FOR


class Friendship(models.Model):
    """`member` has `friend` as a friend. The mirrored row always exists too."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="friendships",
        db_index=False,  # the unique pair begins with it; PostgreSQL took the single one, and read a list whole
    )
    friend = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    shown_name: str  # of rows of named_list.friends_to_choose: the friend's name
    is_ticked: bool  # of rows of views.friend_picker

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="friendship_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["member", "friend"], name="friendship_once"),
            models.CheckConstraint(
                condition=~Q(member=F("friend")), name="friendship_not_with_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} – {self.friend_id}"


class FriendRequestQuerySet(models.QuerySet["FriendRequest"]):
    def open(self) -> FriendRequestQuerySet:
        """Requests that are not too old, as who asked sees them: declined ones, too. By the database's
        clock: a statement that is kept (models.compiled_query) holds no time of day."""
        return self.filter(created_at__gt=Now() - REQUESTS_OPEN_FOR)

    def reaching(self) -> FriendRequestQuerySet:
        """Requests that the asked member is to answer."""
        return self.open().filter(is_silent=False)


class FriendRequest(models.Model):
    """`asker` asks `asked` for friendship. Deleted when accepted, withdrawn, or too old."""

    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests_sent"
    )
    asked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests_received"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    is_silent = models.BooleanField(default=False)  # declined, or asked again too soon after it

    objects = FriendRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="friend_request_oldest")]
        constraints = [
            models.UniqueConstraint(fields=["asker", "asked"], name="friend_request_once"),
            models.CheckConstraint(
                condition=~Q(asker=F("asked")), name="friend_request_not_to_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} → {self.asked_id}"


class BlockQuerySet(models.QuerySet["Block"]):
    def between(self, one: object, other: object) -> BlockQuerySet:
        """Blocks between the two members, in either direction."""
        return self.filter(Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one))


class Block(models.Model):
    """`blocker` blocks `blocked`: neither sees the other here."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks"
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} ✕ {self.blocked_id}"


class Invitation(models.Model):
    """A one-time address by which somebody from outside becomes a member and a friend."""

    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations"
    )
    code_hash = models.CharField(max_length=40, unique=True)
    note = PublicCharField(max_length=100, blank=True)  # for whom it is, in the member's words
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="invitation_by_time"),
            models.Index(
                fields=["used_at"], condition=Q(used_at__isnull=False), name="invitation_used"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inviter_id}, – {self.expires_at:%Y-%m-%d}"
