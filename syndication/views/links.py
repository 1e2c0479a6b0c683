"""Links: list, settings, friends, import and unlinking."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from syndication.actions import links
from syndication.forms.links import LinkForm
from syndication.models import Link, NetworkSwitch
from syndication.models.link import MAX_FRIENDS
from syndication.queries.capabilities import capabilities, is_set_up
from syndication.queries.friend_matches import (
    count_friends_here,
    first_friends_here,
    friends_not_here,
)
from syndication.queries.own_links import LinkCounts, find_own_link

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

FRIENDS_PER_PAGE = 10


def _mine(request: MemberRequest, network: str, pk: int) -> WithAnnotations[Link, LinkCounts]:
    link = find_own_link(request.user, network, pk)
    if link is None:
        raise Http404
    return link


def _most_friends(link: WithAnnotations[Link, LinkCounts]) -> int:
    """How many friends a link keeps, where the network has as many or more; else 0."""
    return MAX_FRIENDS if link.friend_count >= MAX_FRIENDS else 0


@login_required
def link_list(request: MemberRequest) -> HttpResponse:
    linked = list(Link.objects.of(request.user).order_by("network", "pk"))
    paused = dict(NetworkSwitch.objects.paused().values_list("network", "reason"))
    networks = [
        (capabilities(key), [link for link in linked if link.network == key], paused.get(key))
        for key in settings.NETWORKS
        if is_set_up(key) or any(link.network == key for link in linked)
    ]
    return TemplateResponse(
        request,
        "syndication/link_list.html",
        {"networks": networks, "posts_by_me": request.user.get_posts_by_me_display()},
    )


@login_required
def link_detail(request: MemberRequest, network: str, pk: int) -> HttpResponse:
    link = _mine(request, network, pk)
    form = LinkForm(request.POST or None, link=link)
    if request.method == "POST" and form.is_valid():
        links.set_toggles(link, form.chosen(), by=request.user)
        links.set_options(
            link,
            is_findable=form.cleaned_data["is_findable"],
            is_mentionable=form.cleaned_data.get("is_mentionable", link.is_mentionable),
            permalink=form.cleaned_data["permalink"],
            by=request.user,
        )
        messages.success(request, _("Saved: what goes to %(name)s.") % {"name": link.name})
        return redirect("link_detail", network, pk)
    return TemplateResponse(
        request,
        "syndication/link_detail.html",
        {
            "link": link,
            "form": form,
            "network": capabilities(link.network),
            "friends": link.friend_count,
            "most_friends": _most_friends(link),
            "here": count_friends_here(link, request.user),
        },
    )


@login_required
def link_friends(request: MemberRequest, network: str, pk: int) -> HttpResponse:
    link = _mine(request, network, pk)
    page = UncountedPage(
        partial(friends_not_here, link, request.user),
        request.GET.get("page"),
        size=FRIENDS_PER_PAGE,
    )
    return TemplateResponse(
        request,
        "syndication/link_friends.html",
        {
            "link": link,
            "network": capabilities(link.network),
            "matches": first_friends_here(link, request.user, FRIENDS_PER_PAGE)
            if page.number == 1
            else [],
            "page": page,
            "most_friends": _most_friends(link),
        },
    )


@login_required
@require_POST
def link_pull(request: MemberRequest, network: str, pk: int) -> HttpResponse:
    links.request_import(_mine(request, network, pk), by=request.user)
    messages.success(request, _("Your friend list is being imported. Look again in a minute."))
    return redirect("link_friends", network, pk)


@login_required
def link_end(request: MemberRequest, network: str, pk: int) -> HttpResponse:
    link = _mine(request, network, pk)
    if request.method == "POST":
        links.unlink(link, by=request.user)
        messages.success(request, _("%(name)s is no longer linked.") % {"name": link.name})
        return redirect("link_list")
    return TemplateResponse(
        request,
        "syndication/link_end.html",
        {
            "link": link,
            "network": capabilities(link.network),
            "copies": links.count_active_copies(link),
            "permissions_page": links.permissions_page(link),
            "friends": link.friend_count,
        },
    )
