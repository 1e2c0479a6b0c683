"""Admin of what came back for copies: counts and times. No texts and no names, which are the member's."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.read_only import NewestFirstAdmin
from accounts.admin.windows import LinkNetworkFilter
from syndication.models import CopyActivity

MAX_KEY_LENGTH = 18  # digits


@admin.register(CopyActivity)
class CopyActivityAdmin(NewestFirstAdmin):
    list_display = ("__str__", "link", "replies", "likes", "step", "due_at", "looked_at")
    list_filter = (LinkNetworkFilter, "looked_at")
    search_fields = ("link__member__username", "=delivery__pk")
    list_select_related = ("link",)
    fields = ("delivery", "link", "replies", "likes", "step", "due_at", "looked_at")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> CopyActivity | None:
        # Its key is a delivery's: Django asks the database for a number that no key can be.
        if not object_id.isdecimal() or len(object_id) > MAX_KEY_LENGTH:
            return None
        return super().get_object(request, object_id, from_field)
