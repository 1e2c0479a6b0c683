"""Admin of what came back for copies: counts and times. No texts and no names, which are the member's."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.read_only import ReadOnlyAdmin
from syndication.models import CopyActivity


@admin.register(CopyActivity)
class CopyActivityAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "link", "replies", "likes", "step", "due_at", "looked_at")
    list_filter = ("link__network", "looked_at")
    search_fields = ("link__member__username", "=delivery__pk")
    list_select_related = ("link",)
    ordering = ("-pk",)
    fields = ("delivery", "link", "replies", "likes", "step", "due_at", "looked_at")
