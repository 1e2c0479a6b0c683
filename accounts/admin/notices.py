"""Admin of notices: what kind and when, never what they say, which may be of a private post."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy

from accounts.admin.read_only import NewestFirstAdmin
from accounts.admin.windows import SettingsFilter
from accounts.models import Notice
from accounts.models.notice_kinds import NOTICE_KINDS, codes_kept_from_staff


class AboutFilter(SettingsFilter):
    """By what the mails say that it is about; those that are shown on the page alone are one choice."""

    title = pgettext_lazy("column", "what it is about")
    parameter_name = "of_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((codes[0], said) for said, codes in _codes_by_subject().items()))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        alike = [codes for codes in _codes_by_subject().values() if codes[0] == self.value()]
        return queryset.filter(code__in=alike[0]) if alike else queryset


def _codes_by_subject() -> dict[str, list[str]]:
    found = defaultdict(list)
    for kind in NOTICE_KINDS.values():
        if not kind.is_kept_from_staff:
            found[str(kind.mail_subject) or gettext("On the page only")].append(kind.code)
    return found


@admin.register(Notice)
class NoticeAdmin(NewestFirstAdmin):
    list_display = ("member", "about", "created_at", "mail_due_at", "mailed_at")
    list_filter = (AboutFilter, "created_at", "mailed_at")
    search_fields = ("member__username",)
    list_select_related = ("member",)
    fields = list_display

    @admin.display(description=pgettext_lazy("column", "what it is about"))
    def about(self, notice: Notice) -> str:
        return notice.subject_in_words

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        return super().get_queryset(request).exclude(code__in=codes_kept_from_staff())
