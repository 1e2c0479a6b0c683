"""Staff's desk for reports: cases, oldest first, each with a page of what was reported and the commands.

What was reported for fewer than Everyone opens by a press that the trail records. Who reported is named
to nobody but superusers' database: staff need the reasons, not the names.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.read_only import NewestFirstAdmin, ReadOnlyAdmin
from accounts.models import Audience
from accounts.views.buttons import number_in
from syndication.actions import moderation, removal
from syndication.forms.moderation import DecisionForm
from syndication.models import ReportCase, StaffDecision
from syndication.models.errors import NotNow, NotYours
from syndication.models.reason_texts import sentence
from syndication.queries.cases import case_page


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("needs a decision")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("all", _("Settled ones, too"))]

    def choices(self, changelist: Any) -> Any:
        for value, label in ((None, _("Only open ones")), ("all", _("Settled ones, too"))):
            query = changelist.get_query_string({"state": value} if value else {}, ["state"])
            yield {"selected": self.value() == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReportCase]) -> Any:
        return queryset if self.value() else queryset.filter(waiting_since__isnull=False)


@admin.register(ReportCase)
class ReportCaseAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "owner", "audience", "report_count", "waiting_since", "outcome")
    list_filter = (WaitingFilter,)
    search_fields = ("owner__username",)
    search_help_text = gettext_lazy("A member's name. What people wrote cannot be searched.")
    list_select_related = ("owner",)
    ordering = ("waiting_since", "pk")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportCase]:
        """Without cases about the member of staff who looks: see is_about."""
        cases = super().get_queryset(request)
        return cases if request.user.is_superuser else cases.exclude(owner=_staff(request))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One case. GET changes nothing; a POST names its command."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = number_in(object_id)
        case = get_object_or_404(self.get_queryset(request).select_related("owner"), pk=key)
        is_open = case.audience == Audience.EVERYONE
        form = DecisionForm(request.POST or None)
        if request.method == "POST":
            command = request.POST.get("command", "")
            if command == "look":
                moderation.record_look(case, by=_staff(request))
                is_open, form = True, DecisionForm()
            elif form.is_valid() and self._run(request, case, command, form.cleaned_data):
                return redirect("admin:index")  # where the next one stands
            elif not form.is_bound or not form.errors:
                return redirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": str(case),
            "opts": self.opts,
            "form": form,
            **case_page(case, by=_staff(request), is_open=is_open),
        }
        return TemplateResponse(request, "admin/syndication/reportcase/case.html", context)

    def _run(
        self, request: HttpRequest, case: ReportCase, command: str, given: dict[str, Any]
    ) -> bool:
        """Carry the command out. Return whether it was; a refusal is said on the page."""
        run = removal.COMMANDS.get(command)
        if run is None:
            raise PermissionDenied
        try:
            choice = {"is_illegal": given["is_illegal"]} if command == "remove" else {}
            run(case, given["reason"], by=_staff(request), **choice)
        except NotYours:
            raise PermissionDenied from None
        except NotNow as no:
            self.message_user(request, sentence(no.reason), messages.WARNING)
            return False
        self.message_user(request, _("Done, and those concerned are told."), messages.SUCCESS)
        return True


def _staff(request: HttpRequest) -> Any:
    return request.user


@admin.register(StaffDecision)
class StaffDecisionAdmin(NewestFirstAdmin):
    """The trail. Its rows are never changed."""

    list_display = ("created_at", "kind", "member", "case", "by", "reason")
    list_filter = ("kind", "created_at")
    search_fields = ("member__username", "by__username")
    list_select_related = ("member", "case", "by")
    fields = list_display
