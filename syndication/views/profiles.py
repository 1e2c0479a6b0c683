"""A member's profile page, with what the visitor may read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.models import count_mutual_friends
from accounts.urlsession.api import SessionMode, current_session_mode
from accounts.views.display import with_pictures
from accounts.views.paging import UncountedPage
from syndication.models import Post
from syndication.queries.profile_page import find_profile, profile_posts
from syndication.views.robots import set_robots_header

PER_PAGE = 10


@require_safe
def profile(request: HttpRequest, name: str) -> HttpResponse:
    """The profile; needs no session. 404 for blocked visitors, as for an unknown name."""
    member = find_profile(name, request.user)
    if member is None:
        raise Http404
    mutual = {}
    if request.user.is_authenticated and member != request.user:
        mutual = count_mutual_friends(request.user, [member])

    def rows(start: int, stop: int) -> list[Post]:
        return profile_posts(member, request.user, start, stop)

    response = TemplateResponse(
        request,
        "syndication/profile_detail.html",
        {
            "member": member,
            "is_mine": member == request.user,
            "is_without_session": current_session_mode(request) is SessionMode.NONE,
            "mutual_count": mutual.get(member.pk, 0),
            "with_pictures": with_pictures(request),
            "page": UncountedPage(rows, request.GET.get("page"), size=PER_PAGE),
        },
    )
    return set_robots_header(response, member)
