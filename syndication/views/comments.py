"""Comments: on their post, one by one, written, deleted, and the member's own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import quotas
from accounts.urlsession.api import initial_from_preserved_form, pop_preserved_form
from accounts.views.buttons import number_in
from accounts.views.display import with_pictures
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from syndication.actions import comments
from syndication.forms.comments import CommentForm, comments_used_up
from syndication.models import Comment, Post
from syndication.queries.comments import comment_with_neighbours, comments_page, readable_among
from syndication.queries.post_page import find_post_with_open_talk
from syndication.queries.staff_decisions import last_hiding

PER_PAGE = 10


def post_with_open_talk(request: MemberRequest, pk: int) -> Post:
    """The post. Raises Http404 where the member may not read what is said about it."""
    post = find_post_with_open_talk(pk, request.user)
    if post is None:
        raise Http404
    return post


@login_required
@require_safe
def comment_list(request: MemberRequest, pk: int) -> HttpResponse:
    post = post_with_open_talk(request, pk)
    before, after = (number_in(request.GET.get(name)) for name in ("before", "after"))
    pictured = with_pictures(request)
    page = comments_page(post, request.user, before=before, after=after, with_pictures=pictured)
    context = {"post": post, "comments": page, "with_pictures": pictured}
    return TemplateResponse(request, "syndication/comment_list.html", context)


@login_required
@require_safe
def comment_detail(request: MemberRequest, pk: int, comment_pk: int) -> HttpResponse:
    """One comment whole, between its neighbours. A notice leads here."""
    post = post_with_open_talk(request, pk)
    heard = Comment.objects.readable_on(post, request.user).select_related("writer")
    comment = get_object_or_404(heard, pk=comment_pk)
    return TemplateResponse(
        request,
        "syndication/comment_detail.html",
        {
            "post": post,
            "comment": comment,
            "comments": comment_with_neighbours(comment, post, request.user),
            "decision": last_hiding(comment) if comment.hidden_at is not None else None,
            "is_deletable": request.user.pk in (comment.writer_id, post.author_id),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comment_new(request: MemberRequest, pk: int) -> HttpResponse:
    """The box for a comment. What is typed is given back, also where the post is gone meanwhile."""
    form = CommentForm(request.POST or None, initial=initial_from_preserved_form(request))
    post = find_post_with_open_talk(pk, request.user)
    if post is None:
        return _gone(request, form)
    comment = _created(request, post, form) if form.is_valid() else None
    if comment is not None:
        pop_preserved_form(request)
        messages.success(request, _("Your comment was added."))
        return redirect("comment_detail", pk, comment.pk)
    return TemplateResponse(request, "syndication/comment_new.html", {"post": post, "form": form})


def _created(request: MemberRequest, post: Post, form: CommentForm) -> Comment | None:
    try:
        return comments.create_comment(
            post,
            form.cleaned_data["text"],
            by=request.user,
            form_key=form.cleaned_data["form_key"],
        )
    except quotas.QuotaUsedUp as error:
        form.add_error(None, comments_used_up(error))
    except (comments.CommentsClosed, comments.TalkNotReadable):
        form.add_error(None, _("You can no longer comment on this post."))
    return None


def _gone(request: MemberRequest, form: CommentForm) -> HttpResponse:
    """404 with the text that was typed: the same for what never was and what may not be read."""
    typed = form["text"].value()
    if not typed:
        raise Http404
    return TemplateResponse(request, "syndication/comment_gone.html", {"typed": typed}, status=404)


@login_required
@require_safe
def comment_own_list(request: MemberRequest) -> HttpResponse:
    """All that the member said, whatever became of the posts."""
    own = Comment.objects.of(request.user).order_by("-pk")
    page = UncountedPage(own, request.GET.get("page"), size=PER_PAGE)
    context = {"page": page, "readable": readable_among(page, request.user)}
    return TemplateResponse(request, "syndication/comment_own_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comment_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a comment, after a page that shows it whole: one's own always, others' on one's post.

    A second press finds nothing more to delete, which is no error.
    """
    visible = Comment.objects.visible_to(request.user).filter(post__author=request.user)
    own = Comment.objects.of(request.user).filter(pk=pk).select_related("writer").first()
    comment = own or visible.filter(pk=pk).select_related("writer").first()
    is_from_list = "own" in request.GET
    if request.method == "POST":
        messages.success(request, _("The comment no longer exists."))
        if comment is not None:
            comments.delete_comment(comment, by=request.user)
            if not is_from_list and comment.post_id:
                return redirect("post_detail", comment.post_id)
        return redirect("comment_own_list")
    if comment is None:
        raise Http404
    return TemplateResponse(
        request,
        "syndication/comment_delete.html",
        {"comment": comment, "is_mine": own is not None, "is_from_list": is_from_list},
    )
