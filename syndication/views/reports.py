"""Reporting a post, comment, profile or group, and one's own reports."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import quotas
from accounts.urlsession.api import initial_from_preserved_form, pop_preserved_form
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from syndication.actions import reports
from syndication.forms.reports import ReportForm
from syndication.models import Report, ReportReason
from syndication.models.report_notices import outcome_text
from syndication.queries.reports import (
    Reported,
    find_reportable_comment,
    find_reportable_group,
    find_reportable_post,
    find_reportable_profile,
)

PER_PAGE = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_report(request: MemberRequest, pk: int) -> HttpResponse:
    return _report(request, find_reportable_post(pk, request.user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comment_report(request: MemberRequest, pk: int) -> HttpResponse:
    return _report(request, find_reportable_comment(pk, request.user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile_report(request: MemberRequest, name: str) -> HttpResponse:
    return _report(request, find_reportable_profile(name, request.user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def group_report(request: MemberRequest, pk: int) -> HttpResponse:
    return _report(request, find_reportable_group(pk, request.user))


def _report(request: MemberRequest, reported: Reported | None) -> HttpResponse:
    """First the reasons, by number key; then words, who may guess, and the press."""
    if reported is None:
        raise Http404
    reason = request.POST.get("reason") or request.GET.get("reason", "")
    form = ReportForm(request.POST or None, initial=initial_from_preserved_form(request))
    before = reports.find_report(reported, by=request.user)
    is_known = reason in ReportReason.values
    if before is None and is_known and form.is_valid():
        try:
            reports.report(reported, reason, form.cleaned_data["words"], by=request.user)
        except quotas.QuotaUsedUp as error:
            words = _("You reported %(count)s times today. Report this one tomorrow.")
            form.add_error(None, words % {"count": error.quota.most})
        else:
            pop_preserved_form(request)
            messages.success(request, _("Thank you. The staff will look, and you will be told."))
            return redirect("report_list")
    context = {
        "reported": reported,
        "before": before,
        "reasons": ReportReason.choices,
        "reason": reason if is_known else "",
        "reason_text": ReportReason(reason).label if is_known else "",
        "form": form,
    }
    return TemplateResponse(request, "syndication/report_new.html", context)


@login_required
@require_safe
def report_list(request: MemberRequest) -> HttpResponse:
    """One's own reports, and what became of each thing."""
    mine = Report.objects.filter(reporter=request.user).select_related("case").order_by("-pk")
    page = UncountedPage(mine, request.GET.get("page"), size=PER_PAGE)
    rows = [(made, outcome_text(made.case.outcome if made.settled_at else "")) for made in page]
    return TemplateResponse(request, "syndication/report_list.html", {"page": page, "rows": rows})
