"""The member's replies and likes on networks: the list, the page of one, and deleting it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.paging import UncountedPage, page_number
from accounts.views.requests import MemberRequest
from syndication.actions import interactions
from syndication.models import Delivery, Interaction, Link
from syndication.models.newest import NewestOfAll
from syndication.queries.copy_times import clock_of
from syndication.queries.where_it_went import lines_of_interactions
from syndication.views.deliveries import lines_with_commands

PER_PAGE = 10
LINES = 2  # of one interaction: the last delivery, and perhaps one whose copy is left


@login_required
@require_safe
def interaction_list(request: MemberRequest) -> HttpResponse:
    """List the member's replies and likes on networks, newest first, also where the target is gone."""
    number = request.GET.get("page")
    newest = NewestOfAll(
        Link.objects.filter(member=request.user).values("pk"),
        lambda link: Interaction.objects.filter(link=link, deleted_at=None),
        time="created_at",
        most=page_number(number) * PER_PAGE + 1,
    )
    rows = Interaction.objects.filter(pk__in=newest).select_related("link").order_by(-F("pk"))
    page = UncountedPage(rows, number, size=PER_PAGE)
    lines = lines_of_interactions(page.object_list, clock_of(request.user, timezone.now()))
    for interaction in page:
        interaction.lines = lines[interaction.pk]
    return TemplateResponse(request, "syndication/interaction_list.html", {"page": page})


@login_required
@require_safe
def interaction_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one reply or like and its deliveries, also once taken back: a copy may be left."""
    interaction = _own(request, pk)
    clock = clock_of(request.user, timezone.now())
    rows = Delivery.objects.filter(interaction=interaction)
    page = lines_with_commands(rows, "interaction", "1", clock, size=LINES)
    return TemplateResponse(
        request,
        "syndication/interaction_detail.html",
        {"interaction": interaction, "page": page},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def interaction_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete one reply or like, after a page that shows it whole. A second press is no error."""
    interaction = _own(request, pk)
    if request.method == "POST":
        interactions.take_back(interaction, by=request.user)
        messages.success(request, _("You took it back."))
        return redirect("interaction_detail", pk)
    return TemplateResponse(
        request, "syndication/interaction_delete.html", {"interaction": interaction}
    )


def _own(request: MemberRequest, pk: int) -> Interaction:
    rows = Interaction.objects.filter(link__member=request.user)
    return get_object_or_404(rows.select_related("link"), pk=pk)
