"""A member's page in admin: the account, and where help is needed. accounts knows neither links nor deliveries."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from accounts.actions import recoveries
from accounts.admin.members import MemberAdmin
from accounts.models import Member
from syndication.admin.member_help import MemberHelp, recovery_context
from syndication.queries.member_desk import member_desk

admin.site.unregister(Member)


@admin.register(Member)
class MemberDeskAdmin(MemberHelp, MemberAdmin):
    """MemberAdmin with links, devices, sessions, deliveries in trouble, reports, and the help pages."""

    def get_urls(self) -> list[URLPattern]:
        return [*self.help_urls(), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        member, staff = self.get_object(request, object_id), _staff(request)
        more = dict(extra_context or {})
        if member is not None and self.has_view_permission(request, member):
            more |= member_desk(member, by=staff)
            if staff.has_perm(recoveries.MAY_HELP):
                more |= recovery_context(request, member)
        return super().change_view(request, object_id, form_url, more)


def _staff(request: HttpRequest) -> Any:
    return request.user
