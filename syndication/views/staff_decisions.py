"""Staff's decisions about a member and what they wrote, and objecting to one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import quotas
from accounts.urlsession.api import initial_from_preserved_form, pop_preserved_form
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from syndication.actions import moderation
from syndication.forms.reports import ObjectionForm
from syndication.models import DecisionKind, Objection, StaffDecision
from syndication.models.errors import NotNow
from syndication.models.report_notices import decision_text
from syndication.models.staff_decision import OBJECTIONABLE_KINDS
from syndication.queries.cases import copies_left
from syndication.queries.copies import Copy

PER_PAGE = 10


@login_required
@require_safe
def staff_decision_list(request: MemberRequest) -> HttpResponse:
    decisions = StaffDecision.objects.visible_to(request.user).select_related("case")
    page = UncountedPage(decisions.order_by("-pk"), request.GET.get("page"), size=PER_PAGE)
    rows = [(one, decision_text(one.kind, one.case.kind if one.case else None)) for one in page]
    context = {"page": page, "rows": rows}
    return TemplateResponse(request, "syndication/staff_decision_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def staff_decision(request: MemberRequest, pk: int) -> HttpResponse:
    """One decision, with its reason, and the box for an objection."""
    visible = StaffDecision.objects.visible_to(request.user).select_related("case", "objection")
    decision = get_object_or_404(visible, pk=pk)
    form = ObjectionForm(request.POST or None, initial=initial_from_preserved_form(request))
    if request.method == "POST" and form.is_valid():
        try:
            moderation.object_to(decision, form.cleaned_data["text"], by=request.user)
        except quotas.QuotaUsedUp:
            form.add_error(None, _("You objected often today. Send this one tomorrow."))
        except NotNow:
            form.add_error(None, _("There is nothing to object to here."))
        else:
            pop_preserved_form(request)
            messages.success(request, _("Sent. The staff decide again, and you will be told."))
            return redirect("staff_decision", pk)
    context = {
        "decision": decision,
        "text": decision_text(decision.kind, decision.case.kind if decision.case else None),
        "objection": Objection.objects.filter(decision=decision).first(),
        "may_object": decision.case is not None and decision.kind in OBJECTIONABLE_KINDS,
        "copies": _copies_left(decision),
        "form": form,
    }
    return TemplateResponse(request, "syndication/staff_decision.html", context)


def _copies_left(decision: StaffDecision) -> list[Copy]:
    """The copies that stay on networks after staff removed the member's post."""
    is_removal = decision.kind == DecisionKind.REMOVED and decision.case is not None
    return copies_left(decision.case) if is_removal and decision.case else []
