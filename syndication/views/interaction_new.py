"""Answering and liking what stands on a network: a friend's post, or a reply that came back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import quotas
from accounts.urlsession.api import initial_from_preserved_form, pop_preserved_form
from accounts.views.requests import MemberRequest
from syndication.actions import interactions
from syndication.forms.interactions import ReplyForm, replies_used_up
from syndication.models import FeedItem, Interaction, RemoteReply
from syndication.models.errors import NotNow
from syndication.models.reason_texts import sentence
from syndication.queries import interaction_targets
from syndication.queries.feed import openable_items
from syndication.queries.interaction_targets import InteractionTarget

Send = Callable[..., Interaction]


def open_feed_item(request: MemberRequest, pk: int) -> FeedItem:
    items = openable_items(request.user).select_related("link")
    return get_object_or_404(items, pk=pk)


def interaction_context(target: InteractionTarget) -> dict[str, Any]:
    """What `_interaction_keys.html` shows: two queries."""
    return {"target": target, "options": interaction_targets.interaction_options(target)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feed_item_answer(request: MemberRequest, pk: int) -> HttpResponse:
    """Answer a friend's post. A copy of a post of this site is answered here."""
    item = openable_items(request.user).select_related("link").filter(pk=pk).first()
    if item is None:
        return _gone(request)
    if item.post_here is not None:
        return redirect("post_detail", item.post_here)
    target = interaction_targets.target_of_item(item)
    return _reply(request, target, lambda *text, **how: _to_item(item, *text, **how))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remote_reply_answer(request: MemberRequest, pk: int) -> HttpResponse:
    """Answer a reply that came back, in its thread."""
    reply = _own_replies(request).filter(pk=pk).first()
    if reply is None:
        return _gone(request)
    target = interaction_targets.target_of_reply(reply)
    return _reply(request, target, lambda *text, **how: _to_reply(reply, *text, **how))


@login_required
@require_POST
def feed_item_like(request: MemberRequest, pk: int) -> HttpResponse:
    return _like(request, interaction_targets.target_of_item(open_feed_item(request, pk)))


@login_required
@require_POST
def remote_reply_like(request: MemberRequest, pk: int) -> HttpResponse:
    reply = get_object_or_404(_own_replies(request), pk=pk)
    return _like(request, interaction_targets.target_of_reply(reply))


def _own_replies(request: MemberRequest) -> Any:
    replies = RemoteReply.objects.visible_to(request.user).exclude(author_uid="")
    return replies.select_related("link")


def _to_item(item: FeedItem, text: str, **how: Any) -> Interaction:
    return interactions.reply_to_feed_item(item, text, **how)


def _to_reply(reply: RemoteReply, text: str, **how: Any) -> Interaction:
    return interactions.reply_to_remote_reply(reply, text, **how)


def _reply(request: MemberRequest, target: InteractionTarget, send: Send) -> HttpResponse:
    """Show the form, then a preview with its readers, then send the reply."""
    if request.method != "POST":
        return _form_page(request, target, ReplyForm(initial=initial_from_preserved_form(request)))
    before = interactions.find_sent_reply(target.link, request.POST.get("form_key", ""))
    if before is not None:
        pop_preserved_form(request)
        messages.info(request, _("You sent this already; it was not sent twice."))
        return redirect("interaction_detail", before.pk)
    form = ReplyForm(request.POST)
    if "change" in request.POST or not form.is_valid():
        return _form_page(request, target, form)
    if "send" in request.POST:
        return _send(request, target, form, send)
    return _preview_page(request, target, form)


def _send(
    request: MemberRequest, target: InteractionTarget, form: ReplyForm, send: Send
) -> HttpResponse:
    typed = form.cleaned_data
    try:
        interaction = send(
            typed["text"], by=request.user, form_key=typed["form_key"], shown=typed["shown"]
        )
    except quotas.QuotaUsedUp as error:
        form.add_error(None, replies_used_up(error))
        return _form_page(request, target, form)
    except NotNow as no:
        form.add_error(None, sentence(no.reason))
        return _form_page(request, target, form)
    pop_preserved_form(request)
    messages.success(request, _("Your reply is on its way."))
    return redirect("interaction_detail", interaction.pk)


def _form_page(request: MemberRequest, target: InteractionTarget, form: ReplyForm) -> HttpResponse:
    options = interaction_targets.interaction_options(target)
    context = {"target": target, "form": form, "options": options}
    return TemplateResponse(request, "syndication/interaction_new.html", context)


def _preview_page(
    request: MemberRequest, target: InteractionTarget, form: ReplyForm
) -> HttpResponse:
    text, refusal = interaction_targets.preview_reply(target, form.cleaned_data["text"])
    refusal = refusal or interaction_targets.interaction_options(target).reply_refusal
    if refusal:
        form.add_error(None, sentence(refusal))
        return _form_page(request, target, form)
    return TemplateResponse(
        request,
        "syndication/interaction_preview.html",
        {
            "target": target,
            "text": text,
            "typed": {**form.cleaned_data, "shown": target.reply_visibility},
        },
    )


def _gone(request: MemberRequest) -> HttpResponse:
    """Answer 404, with the typed text to copy."""
    typed = request.POST.get("text", "")
    if not typed:
        raise Http404
    return TemplateResponse(
        request, "syndication/interaction_gone.html", {"typed": typed}, status=404
    )


def _like(request: MemberRequest, target: InteractionTarget) -> HttpResponse:
    """Set the state that the form names: `like=1` or `like=0`."""
    network = {"network": target.link.network_name}
    if request.POST.get("like") == "0":
        interactions.unlike(target, by=request.user)
        messages.success(request, _("Your like on %(network)s is taken back.") % network)
        return redirect(target.page, target.pk)
    try:
        interactions.like(target, by=request.user)
    except quotas.QuotaUsedUp as error:
        words = _("You liked %(count)s posts within an hour. Like this one later.")
        messages.error(request, words % {"count": error.quota.most})
    except NotNow as no:
        if no.reason == interaction_targets.LIKE_NOT_ALLOWED:
            return TemplateResponse(request, "syndication/like_right.html", {"target": target})
        messages.error(request, sentence(no.reason))
    else:
        messages.success(request, _("Your like goes to %(network)s.") % network)
    return redirect(target.page, target.pk)
