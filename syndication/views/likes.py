"""Likes: the press, and the page behind key 6 with who liked a post."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import quotas
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from syndication.actions import likes
from syndication.actions.comments import TalkNotReadable
from syndication.models import Like
from syndication.views.comments import post_with_open_talk

PER_PAGE = 10


@login_required
@require_POST
def post_like(request: MemberRequest, pk: int) -> HttpResponse:
    """Set the state that the form names: `like=1` or `like=0`."""
    post = post_with_open_talk(request, pk)
    if request.POST.get("like") == "0":
        likes.unlike_post(post, by=request.user)
        messages.success(request, _("You took your like back."))
        return redirect("post_detail", pk)
    try:
        likes.like_post(post, by=request.user)
    except TalkNotReadable:
        raise Http404 from None
    except quotas.QuotaUsedUp as error:
        words = _("You liked %(count)s posts within an hour. Like this one later.")
        messages.error(request, words % {"count": error.quota.most})
    else:
        messages.success(request, _("You like this."))
    return redirect("post_detail", pk)


@login_required
@require_safe
def post_more(request: MemberRequest, pk: int) -> HttpResponse:
    """What key 6 leads to: who liked the post."""
    post = post_with_open_talk(request, pk)
    liked = Like.objects.readable_on(pk, request.user, author=post.author_id).select_related(
        "member"
    )
    page = UncountedPage(liked.order_by("-pk"), request.GET.get("page"), size=PER_PAGE)
    return TemplateResponse(request, "syndication/post_more.html", {"post": post, "page": page})
