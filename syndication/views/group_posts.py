"""The posts of a group, for its members, as far as each may read them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.models import Audience, Membership
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from syndication.forms.fields import audience_choice
from syndication.models import Post

PER_PAGE = 10


@login_required
@require_safe
def group_posts(request: MemberRequest, pk: int) -> HttpResponse:
    joined = Membership.objects.joined().select_related("group")
    group = get_object_or_404(joined, group=pk, member=request.user).group
    written = Post.objects.visible_to(request.user).filter(audience=Audience.GROUP, group=group)
    posts = written.select_related("author").newest_first()
    return TemplateResponse(
        request,
        "syndication/group_posts.html",
        {
            "group": group,
            "page": UncountedPage(posts, request.GET.get("page"), size=PER_PAGE),
            "audience": audience_choice(Audience.GROUP, group.pk),
        },
    )
