"""The menu of changes to one's own post (key 5), and the changes that concern comments."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.views.requests import MemberRequest
from syndication.actions import comments
from syndication.forms.comments import CommentsOfForm
from syndication.models import Post


def own_post(request: MemberRequest, pk: int) -> Post:
    """The member's own post; 404 for others' posts."""
    own = Post.objects.visible_to(request.user).by(request.user).select_related("group")
    return get_object_or_404(own, pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_change(request: MemberRequest, pk: int) -> HttpResponse:
    """The menu. POST closes the post to comments (`closed=1`), or opens it again (`closed=0`)."""
    post = own_post(request, pk)
    if request.method == "POST":
        is_closed = request.POST.get("closed") == "1"
        comments.set_comments_closed(post, by=request.user, is_closed=is_closed)
        closed, opened = _("Nobody can comment any more."), _("Comments are open again.")
        messages.success(request, closed if is_closed else opened)
        return redirect("post_detail", pk)
    return TemplateResponse(request, "syndication/post_change.html", {"post": post})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comments_of_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete all comments of the member whose name is typed. The answer tells nothing of their number."""
    post = own_post(request, pk)
    form = CommentsOfForm(request.POST or None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        comments.delete_comments_of(name, post, by=request.user)
        done = _("There is no comment of @%(name)s on this post now.")
        messages.success(request, done % {"name": name})
        return redirect("post_detail", pk)
    context = {"post": post, "form": form}
    return TemplateResponse(request, "syndication/comments_of_delete.html", context)
