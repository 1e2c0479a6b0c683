"""Replies from networks: those to a post, one of them, and "Stop" for a post or a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.views.requests import MemberRequest
from syndication.actions import remote_replies
from syndication.models import Delivery, Interaction, InteractionKind, Link, Post, RemoteReply
from syndication.queries.excerpts import split_into_pages
from syndication.queries.interaction_targets import target_of_reply
from syndication.queries.replies import copy_counts, newest_likers, replies_page, sent_copies
from syndication.views.feed_items import hide_account_of
from syndication.views.interaction_new import interaction_context


@require_safe
@login_required
def post_replies(request: MemberRequest, pk: int) -> HttpResponse:
    """Replies and likes of all copies of a post, for its writer alone."""
    rows = Delivery.objects.of(request.user).filter(post=pk, post__deleted_at=None)
    copies = sent_copies(rows.select_related("post"))
    post = copies[0].post if copies else _own_post(request, pk)
    return _replies_page(request, copies, {"subject": post, "post": post})


@require_safe
@login_required
def interaction_replies(request: MemberRequest, pk: int) -> HttpResponse:
    """Replies and likes of a reply that was sent from here, for its writer alone."""
    replies = Interaction.objects.of(request.user).filter(kind=InteractionKind.REPLY)
    interaction = get_object_or_404(replies, pk=pk)
    copies = sent_copies(Delivery.objects.of(request.user).filter(interaction=pk))
    return _replies_page(request, copies, {"subject": interaction})


def _own_post(request: MemberRequest, pk: int) -> Post:
    return get_object_or_404(Post.objects.by(request.user).filter(deleted_at=None), pk=pk)


def _replies_page(
    request: MemberRequest, copies: list[Delivery], context: dict[str, Any]
) -> HttpResponse:
    before = request.GET.get("before", "")
    counts = copy_counts(copies, str(context["subject"].kind))
    context |= {
        "copies": counts,
        "is_waiting": not counts or not all(copy.is_silent for copy in counts),
        "page": replies_page(request.user, copies, before),
        "likers": newest_likers(request.user, copies),
        "is_first": not before,
    }
    return TemplateResponse(request, "syndication/post_replies.html", context)


@login_required
def post_replies_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop the replies to one post, or let them come again, after a page that says what that means."""
    post = _own_post(request, pk)
    if request.method != "POST":
        context = {"post": post, "is_stopped": post.is_without_replies}
        return TemplateResponse(request, "syndication/post_replies_stop.html", context)
    _stop_or_resume(
        request, remote_replies.stop_replies_of_post, remote_replies.resume_replies_of_post, post
    )
    return redirect("post_replies", pk)


@login_required
def link_replies(request: MemberRequest, network: str, pk: int) -> HttpResponse:
    """Stop the replies to all copies on one link, or let them come again, after such a page."""
    link = get_object_or_404(Link.objects.of(request.user), network=network, pk=pk)
    if request.method != "POST":
        return TemplateResponse(request, "syndication/link_replies.html", {"link": link})
    _stop_or_resume(
        request, remote_replies.stop_replies_of_link, remote_replies.resume_replies_of_link, link
    )
    return redirect("link_detail", network, pk)


def _stop_or_resume(
    request: MemberRequest,
    stop: Callable[..., None],
    resume: Callable[..., None],
    whose: Post | Link,
) -> None:
    """Do what the pressed button says, and tell that it was done."""
    if "stop" in request.POST:
        stop(whose, by=request.user)
        messages.success(request, _("Stopped: the replies are deleted here, and no more come."))
    elif "resume" in request.POST:
        resume(whose, by=request.user)
        messages.success(request, _("Replies come back again, with the next check."))


def _own_reply(request: MemberRequest, pk: int) -> RemoteReply:
    replies = RemoteReply.objects.visible_to(request.user).exclude(author_uid="")
    return get_object_or_404(replies.select_related("link", "delivery"), pk=pk)


@require_safe
@login_required
def remote_reply(request: MemberRequest, pk: int) -> HttpResponse:
    """A reply in pages, for the writer of what it answers."""
    reply = _own_reply(request, pk)
    page = Paginator(split_into_pages(reply.words), 1).get_page(request.GET.get("page"))
    context = {"item": reply, "page": page, **interaction_context(target_of_reply(reply))}
    return TemplateResponse(request, "syndication/remote_reply.html", context)


@login_required
def remote_reply_hide(request: MemberRequest, pk: int) -> HttpResponse:
    """Hide the account that wrote the reply, after a page that says what that means."""
    reply = _own_reply(request, pk)
    hidden = hide_account_of(request, reply, "syndication/remote_reply_hide.html")
    return hidden or redirect(*_page_of(reply))


def _page_of(reply: RemoteReply) -> tuple[str, int | None]:
    if reply.delivery.post_id is not None:
        return "post_replies", reply.delivery.post_id
    return "interaction_replies", reply.delivery.interaction_id
