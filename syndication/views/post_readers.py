"""The chosen readers of a post, for its author alone, and removing one of them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Audience, Member
from accounts.views.requests import MemberRequest
from syndication.actions import post_readers as readers
from syndication.models import Post
from syndication.queries.readers import chosen_readers
from syndication.views.post_change import own_post

PER_PAGE = 10


@login_required
@require_safe
def post_readers(request: MemberRequest, pk: int) -> HttpResponse:
    """All of them, each with a link to the page that takes them out."""
    post = _own_chosen_post(request, pk)
    people = chosen_readers(post, by=request.user)
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "syndication/post_readers.html", {"post": post, "page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_reader_remove(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """Take a reader out, after a page that says that it is for good. A second press is no error."""
    post = _own_chosen_post(request, pk)
    if request.method == "POST":
        friend = Member.objects.filter(username=name).first()
        if friend is not None:
            readers.remove_reader(post, friend, by=request.user)
        messages.success(request, _("@%(name)s can no longer see this post.") % {"name": name})
        return redirect("post_readers", pk)
    chosen = chosen_readers(post, by=request.user).filter(friend__username=name).first()
    if chosen is None:
        raise Http404
    context = {"post": post, "chosen": chosen}
    return TemplateResponse(request, "syndication/post_reader_remove.html", context)


def _own_chosen_post(request: MemberRequest, pk: int) -> Post:
    post = own_post(request, pk)
    if post.audience != Audience.CHOSEN:
        raise Http404
    return post
