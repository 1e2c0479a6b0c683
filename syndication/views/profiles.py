"""A member's profile page, with what the visitor may read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.models import Member, count_mutual_friends
from accounts.urlsession.api import SessionMode, current_session_mode
from accounts.views.paging import UncountedPage, page_number
from syndication.queries.post_lists import posts_of
from syndication.views.robots import set_robots_header

PER_PAGE = 10


@require_safe
def profile(request: HttpRequest, name: str) -> HttpResponse:
    """The profile; needs no session. 404 for blocked visitors, as for an unknown name."""
    seen = Member.objects.seen_by(request.user).with_profile_for(request.user)
    if request.user.is_authenticated:
        seen = seen.with_relation_to(request.user)
    member = get_object_or_404(seen, username=name)
    mutual = {}
    if request.user.is_authenticated and member != request.user:
        mutual = count_mutual_friends(request.user, [member])
    number = request.GET.get("page")
    most = page_number(number) * PER_PAGE + 1
    response = TemplateResponse(
        request,
        "syndication/profile_detail.html",
        {
            "member": member,
            "is_mine": member == request.user,
            "is_without_session": current_session_mode(request) is SessionMode.NONE,
            "mutual_count": mutual.get(member.pk, 0),
            "page": UncountedPage(posts_of(member, request.user, most=most), number, size=PER_PAGE),
        },
    )
    return set_robots_header(response, member)
