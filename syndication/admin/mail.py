"""Admin of post addresses: that a member has one and what became of mails. Drafts are not shown."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import NewestFirstAdmin
from syndication.models import PostAddress


@admin.register(PostAddress)
class PostAddressAdmin(NewestFirstAdmin):
    """Never shows the address, which allows sending drafts in the member's name."""

    list_display = ("member", "created_at", "ended_at", "came_at", "refused_at", "why")
    list_filter = ("created_at", "ended_at", "came_at", "refused_at")
    search_fields = ("member__username",)
    list_select_related = ("member",)
    fields = list_display

    @admin.display(description=_("reason"))
    def why(self, address: PostAddress) -> str:
        return address.refused_sentence
