"""Admin of links (state and scopes, never tokens)."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import NewestFirstAdmin, ReadOnlyInline
from accounts.admin.windows import NetworkFilter
from syndication.models import Link, Toggle


class ToggleInline(ReadOnlyInline):
    model = Toggle
    fields = readonly_fields = ("kind", "audience", "is_on")


@admin.register(Link)
class LinkAdmin(NewestFirstAdmin):
    """The fields are listed one by one: a new column of secrets is not shown by itself."""

    list_display = ("member", "network", "name", "state", "scopes", "why", "expires_at")
    list_filter = (NetworkFilter, "state", "created_at", "parked_at")
    search_fields = ("member__username", "=uid")
    search_help_text = _("A member's name, or an account's whole number or address there.")
    list_select_related = ("member",)
    inlines = (ToggleInline,)
    fields = (
        "member",
        "network",
        "host",
        "uid",
        "name",
        "profile_url",
        "state",
        "parked_at",
        "why",
        "scopes",
        "expires_at",
        "keep_fresh_at",
        "is_findable",
        "brings_replies",
        "follows_approved",
        "always_permalink",
        "never_permalink",
        "pulled_at",
        "fed_at",
        "profile_read_at",
        "created_at",
        "ended_at",
    )

    @admin.display(description=_("reason"))
    def why(self, link: Link) -> str:
        return link.parked_reason_sentence
