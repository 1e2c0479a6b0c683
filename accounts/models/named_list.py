"""Named lists of friends, kept by one member to choose readers by. Nobody else sees a list or its name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models.audience import name_known_to
from accounts.models.friendship import Block, Friendship
from accounts.models.member import Member
from accounts.models.public_text import PublicCharField

MAX_LIST_NAME_LENGTH = 20


class NamedList(models.Model):
    """A list of `owner`'s friends. A post for a list gets its people as they are at the press."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="named_lists"
    )
    name = PublicCharField(_("name"), max_length=MAX_LIST_NAME_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="named_list_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} of {self.owner_id}"


class ListedFriend(models.Model):
    """A friend on a list. The row goes with the friendship, and a new friendship brings none back."""

    named_list = models.ForeignKey(NamedList, on_delete=models.CASCADE, related_name="listed")
    friendship = models.ForeignKey(Friendship, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["named_list", "friendship"], name="listed_friend_once"),
        ]

    def __str__(self) -> str:
        return f"friendship {self.friendship_id} on list {self.named_list_id}"


def friends_to_choose(member: Member) -> QuerySet[Friendship]:
    """The friendships of `member` with active friends, by name. Each carries `friend` and `shown_name`."""
    between = Block.objects.between(OuterRef("friend"), member)
    friends = Friendship.objects.filter(~Q(Exists(between)), member=member, friend__is_active=True)
    named = friends.annotate(**{"shown_name": name_known_to(member, "friend")})
    return named.select_related("friend").order_by(F("shown_name"), "pk")
