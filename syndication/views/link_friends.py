"""The friends that a link brought: who of them is here, and asking several of those at once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import friends, quotas
from accounts.views.requests import MemberRequest
from accounts.views.ticking import TickPage
from syndication.models import Link
from syndication.queries.capabilities import capabilities
from syndication.queries.friend_matches import friends_to_ask


@login_required
def link_friends_ask(request: MemberRequest, network: str, pk: int) -> HttpResponse:
    """Tick members, then a page that names them, then one press that asks them all."""
    link = get_object_or_404(Link.objects.of(request.user), network=network, pk=pk)
    typed = request.POST if request.method == "POST" else request.GET
    ticks = TickPage(friends_to_ask(link, request.user), typed, most=quotas.FRIEND_REQUESTS.most)
    if request.method == "POST":
        _ask(request, ticks)
        return redirect("link_friends", network, pk)
    return TemplateResponse(
        request,
        "syndication/link_friends_ask.html",
        {
            "link": link,
            "network": capabilities(network),
            "ticks": ticks,
            "chosen": ticks.chosen() if ticks.is_done else [],
        },
    )


def _ask(request: MemberRequest, ticks: TickPage) -> None:
    asked, left = friends.request_friendships(ticks.chosen(), by=request.user)
    if asked:
        messages.success(
            request, _("Friend requests sent: %(count)s.") % {"count": asked}, extra_tags="home"
        )
    if left:
        message = _("Not sent: %(count)s. You can ask %(most)s people a day; ask them tomorrow.")
        most = quotas.FRIEND_REQUESTS.most
        messages.error(request, message % {"count": left, "most": most})
