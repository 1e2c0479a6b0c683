"""Admin of friendships, requests, invitations and groups. Blocks are not shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from accounts.models import FriendRequest, Friendship, Group, Invitation, Membership


@admin.register(Friendship)
class FriendshipAdmin(ReadOnlyAdmin):
    list_display = fields = ("member", "friend", "created_at")
    list_filter = ("created_at",)
    search_fields = ("member__username",)
    list_select_related = ("member", "friend")
    ordering = ("-created_at",)


@admin.register(FriendRequest)
class FriendRequestAdmin(ReadOnlyAdmin):
    list_display = fields = ("asker", "asked", "created_at")
    list_filter = ("created_at",)
    search_fields = ("asker__username", "asked__username")
    list_select_related = ("asker", "asked")
    ordering = ("-created_at",)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Without the note: it is the member's word about somebody outside."""

    list_display = fields = ("inviter", "created_at", "expires_at", "used_by")
    list_filter = ("created_at", "expires_at")
    search_fields = ("inviter__username", "used_by__username")
    list_select_related = ("inviter", "used_by")
    ordering = ("-created_at",)


class MembershipInline(ReadOnlyInline):
    model = Membership
    fk_name = "group"
    fields = readonly_fields = ("member", "invited_by", "invited_at", "joined_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("member", "invited_by")


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "members", "created_at", "closed_at")
    list_filter = ("created_at", "closed_at")
    search_fields = ("name", "owner__username")
    list_select_related = ("owner",)
    ordering = ("-created_at",)
    fields = ("name", "owner", "members", "created_at", "closed_at")
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        joined = Count("memberships", filter=Q(memberships__joined_at__isnull=False))
        return super().get_queryset(request).annotate(joined=joined)

    @admin.display(description=_("members"), ordering="joined")
    def members(self, group: Any) -> int:
        return int(group.joined)
