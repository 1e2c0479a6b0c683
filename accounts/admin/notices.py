"""Admin of notices: what kind and when, never what they say, which may be of a private post."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.windows import SettingsFilter
from accounts.models import Notice
from accounts.models.notice_kinds import NOTICE_KINDS, codes_kept_from_staff


class CodeFilter(SettingsFilter):
    title = _("code")
    parameter_name, column = "of_code", "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, code) for code in sorted(set(NOTICE_KINDS) - set(codes_kept_from_staff()))]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("member", "about", "created_at", "mail_due_at", "mailed_at")
    list_filter = (CodeFilter, "created_at", "mailed_at")
    search_fields = ("member__username",)
    list_select_related = ("member",)
    ordering = ("-pk",)
    has_window = True
    fields = list_display

    @admin.display(description=pgettext_lazy("column", "what it is about"))
    def about(self, notice: Notice) -> str:
        return notice.subject_in_words

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        return super().get_queryset(request).exclude(code__in=codes_kept_from_staff())
