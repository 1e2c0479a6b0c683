"""Admin of notices: what kind and when, never what they say, which may be of a private post."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import pgettext_lazy

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("member", "about", "created_at", "mail_due_at", "mailed_at")
    list_filter = ("code", "created_at", "mailed_at")
    search_fields = ("member__username",)
    list_select_related = ("member",)
    ordering = ("-created_at",)
    fields = list_display

    @admin.display(description=pgettext_lazy("column", "what it is about"))
    def about(self, notice: Notice) -> str:
        return notice.subject_in_words
