"""Admin of members. Staff see a profile field as anybody does: where it is for Everyone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import NewestFirstAdmin, yes_or_no
from accounts.admin.windows import LanguageFilter
from accounts.models import Audience, Member

HIDDEN = _("(not for Everyone)")


@admin.register(Member)
class MemberAdmin(NewestFirstAdmin):
    """Superusers also deactivate members and make staff; nobody sets passwords."""

    list_display = ("username", "email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "groups", LanguageFilter, "date_joined")
    search_fields = ("username", "=emailaddress__email")
    search_help_text = _("How a username begins, or a whole email address.")
    indexed_filters = {"is_staff__exact": ("1",), "groups__id__exact": ()}
    filter_horizontal = ("groups",)
    fields = (
        "username",
        "email",
        "shown_name",
        "shown_about",
        "shown_town",
        "shown_websites",
        "has_picture",
        "posts_by_me",
        "language",
        "is_listed",
        "date_joined",
        "last_login",
        "closing_at",
        "closed_at",
        "is_active",
        "is_staff",
        "is_superuser",
        "groups",
    )
    CHANGED_BY_SUPERUSERS = ("is_active", "is_staff", "is_superuser", "groups")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_closed = obj is not None and obj.closed_at is not None  # nobody is left to let in
        if is_closed or not self.has_change_permission(request, obj):
            return self.in_words(self.fields)
        return self.in_words(name for name in self.fields if name not in self.CHANGED_BY_SUPERUSERS)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Cancel the closure of a member who is let in again."""
        if obj.is_active:
            obj.closing_at = None
        super().save_model(request, obj, form, change)

    @admin.display(description=_("name"))
    def shown_name(self, member: Member) -> Any:
        is_open = member.display_name_audience == Audience.EVERYONE
        return member.display_name if is_open else HIDDEN

    @admin.display(description=_("about"))
    def shown_about(self, member: Member) -> Any:
        return member.about if member.about_audience == Audience.EVERYONE else HIDDEN

    @admin.display(description=_("town"))
    def shown_town(self, member: Member) -> Any:
        return member.town if member.town_audience == Audience.EVERYONE else HIDDEN

    @admin.display(description=_("websites"))
    def shown_websites(self, member: Member) -> Any:
        return member.websites if member.websites_audience == Audience.EVERYONE else HIDDEN

    @admin.display(description=_("has a picture"))
    def has_picture(self, member: Member) -> str:
        return yes_or_no(bool(member.picture))
