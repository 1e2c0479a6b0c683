"""Admin of friendships, requests, invitations and groups. Blocks are not shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import NewestFirstAdmin, ReadOnlyInline
from accounts.models import FriendRequest, Friendship, Group, Invitation, Membership


@admin.register(Friendship)
class FriendshipAdmin(NewestFirstAdmin):
    list_display = fields = ("member", "friend", "created_at")
    list_filter = ("created_at",)
    search_fields = ("member__username",)
    list_select_related = ("member", "friend")


@admin.register(FriendRequest)
class FriendRequestAdmin(NewestFirstAdmin):
    list_display = fields = ("asker", "asked", "created_at")
    list_filter = ("created_at",)
    search_fields = ("asker__username", "asked__username")
    list_select_related = ("asker", "asked")


@admin.register(Invitation)
class InvitationAdmin(NewestFirstAdmin):
    """Without the note: it is the member's word about somebody outside."""

    list_display = fields = ("inviter", "created_at", "expires_at", "used_by")
    list_filter = ("created_at", "expires_at")
    search_fields = ("inviter__username", "used_by__username")
    list_select_related = ("inviter", "used_by")


class MembershipInline(ReadOnlyInline):
    model = Membership
    fk_name = "group"
    fields = readonly_fields = ("member", "invited_by", "invited_at", "joined_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("member", "invited_by")


@admin.register(Group)
class GroupAdmin(NewestFirstAdmin):
    list_display = ("name", "owner", "members", "created_at", "closed_at")
    list_filter = ("created_at", "closed_at")
    search_fields = ("owner__username", "=pk")
    search_help_text = _("A member's name, or a group's number.")
    list_select_related = ("owner",)
    fields = ("name", "owner", "members", "created_at", "closed_at")
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        # By a subquery for each row that is shown: a join would group the whole table.
        rows = Membership.objects.filter(group=OuterRef("pk")).joined().order_by()
        joined = Subquery(rows.values("group").annotate(count=Count("pk")).values("count"))
        return super().get_queryset(request).annotate(joined=Coalesce(joined, 0))

    @admin.display(description=_("members"))
    def members(self, group: Any) -> int:
        return int(group.joined)
