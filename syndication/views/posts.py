"""A post's own page, and changing it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.models import Audience
from accounts.urlsession.api import initial_from_kept, pop_kept_form
from accounts.views.requests import MemberRequest
from syndication.actions import posts
from syndication.actions.copies import copies_too_wide, latest_deliveries, standing_copies
from syndication.excerpts import pages
from syndication.forms.fields import audience_choice
from syndication.forms.posts import AudienceForm, PostTextForm
from syndication.models import Post
from syndication.readers import readers_here
from syndication.views.robots import tell_robots


def _mine(request: MemberRequest, pk: int) -> Post:
    """The member's own post. Somebody else's answers like one that does not exist."""
    return get_object_or_404(Post.objects.visible_to(request.user).by(request.user), pk=pk)


def post_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The post, for those who may read it: a session is not needed for one open to Everyone."""
    visible = Post.objects.visible_to(request.user).select_related("author", "group")
    post = get_object_or_404(visible, pk=pk)
    is_mine = post.author == request.user
    response = TemplateResponse(
        request,
        "syndication/post_detail.html",
        {
            "post": post,
            "page": Paginator(pages(post.text), 1).get_page(request.GET.get("page")),
            "is_mine": is_mine,
            "is_public": post.audience == Audience.EVERYONE,
            "deliveries": latest_deliveries(post) if is_mine else [],
        },
    )
    return tell_robots(response, post.author)


@login_required
def post_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change the words. Copies that are out stay as they were, and the page says so."""
    post = _mine(request, pk)
    names = ("title", "text", "url", "photo_alt")
    initial = {name: getattr(post, name) for name in names} | initial_from_kept(request)
    form = PostTextForm(request.POST or None, kind=post.kind, initial=initial)
    if form.is_valid():
        posts.edit(post, form.cleaned_data, by=request.user)
        pop_kept_form(request)
        messages.success(request, _("Changed."))
        return redirect("post_detail", pk)
    context = {"post": post, "form": form, "copies": standing_copies(post)}
    return TemplateResponse(request, "syndication/post_edit.html", context)


@login_required
def post_audience(request: MemberRequest, pk: int) -> HttpResponse:
    """Change who sees it, in two steps: the second says what happens to the copies."""
    post = _mine(request, pk)
    initial = {"audience": audience_choice(post.audience, post.group_id)}
    form = AudienceForm(
        request.POST or None, member=request.user, initial=initial | initial_from_kept(request)
    )
    context = {"post": post, "form": form}
    if not form.is_valid():
        return TemplateResponse(request, "syndication/post_audience.html", context)
    audience, group = form.cleaned_data["audience"]
    if "confirm" not in request.POST:
        context |= {
            "readers": readers_here(request.user, audience, group),
            "copies": copies_too_wide(post, audience),
            "choice": request.POST["audience"],
        }
        return TemplateResponse(request, "syndication/post_audience_confirm.html", context)
    posts.change_audience(post, audience, group, by=request.user)
    pop_kept_form(request)
    messages.success(request, _("Changed who sees it."))
    return redirect("post_detail", pk)


@login_required
def post_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask first, naming the copies that go and those that no request can take back."""
    post = _mine(request, pk)
    if request.method == "POST":
        posts.delete(post, by=request.user)
        messages.success(request, _("Deleted."))
        return redirect("home")
    context = {"post": post, "copies": standing_copies(post)}
    return TemplateResponse(request, "syndication/post_delete.html", context)
