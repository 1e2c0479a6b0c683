"""Composing a post: the form, the preview page, and sending.

The pages carry everything typed, so that no step depends on stored state; a photo is uploaded once and
kept (actions.photos).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions import quotas
from accounts.forms.named_lists import list_name_error
from accounts.forms.ticks import ticks_as_text
from accounts.models import Audience, Member
from accounts.urlsession.api import (
    PreservedForm,
    get_preserved_form,
    initial_from_preserved_form,
    pop_preserved_form,
    preserve_form,
    without_session_prefix,
)
from accounts.views.friend_picker import FriendPicker
from accounts.views.requests import MemberRequest
from accounts.views.uploads import accepts_files
from syndication.actions import post_readers, posts
from syndication.actions.posts import Draft
from syndication.forms.posts import PostForm, hidden_fields, posts_used_up
from syndication.models import PostKind
from syndication.queries.preview_groups import group_previews
from syndication.queries.readers import readers_here

PICKED = ("audience", "people", "list_name")  # of the fields that the page of friends has itself

_SHARED = ("group_", "list_")  # choices of an audience that an address may name


@login_required
def post_new(request: MemberRequest) -> HttpResponse:
    """The form. "Send" and "Change" on the preview page post here, with all that was typed; so does
    "Who", which leads to the page of friends."""
    if "send" in request.POST:
        return _send(request)
    if "who" in request.POST:
        return post_people(request)
    typed = {**request.POST.dict(), "left_out": request.POST.getlist("left_out")}
    return _blank_form(request, typed if request.POST else {})


@accepts_files
@login_required
def post_preview(request: MemberRequest) -> HttpResponse:
    """The preview page: where the post goes, how it reads there, what does not go and why, who reads it."""
    if request.method != "POST":
        return _blank_form(request, {})
    form = PostForm(request.POST, request.FILES, member=request.user, kind=_kind(request.POST))
    if not form.is_valid():
        return post_form_page(request, form)
    draft = form.draft()
    if draft.audience == Audience.CHOSEN and not draft.people:
        return _people_page(request, form, draft)
    return _preview_page(request, form, draft)


@login_required
def post_people(request: MemberRequest) -> HttpResponse:
    """Tick the friends whom a post is for: pages of friends until "Go on", then the preview page."""
    if request.method != "POST":
        return _blank_form(request, {})
    typed = request.POST.copy()
    picker = FriendPicker(request.user, typed) if "at" in typed else None
    if picker is not None:
        typed["people"] = ticks_as_text(picker.ticked)
        typed["audience"] = Audience.CHOSEN
    form = PostForm(typed, member=request.user, kind=_kind(typed))
    if not form.is_valid():
        return post_form_page(request, form)
    draft = form.draft()
    if picker is None or not picker.is_done:
        return _people_page(request, form, draft)
    error = _people_error(draft, by=request.user)
    if error:
        return _people_page(request, form, draft, error)
    return _preview_page(request, form, draft)


def _people_error(draft: Draft, *, by: Member) -> str:
    if not draft.people:
        return _("Tick somebody first.")
    if not draft.list_name:
        return ""
    return list_name_error(draft.list_name, by=by)


def _people_page(
    request: MemberRequest, form: PostForm, draft: Draft, error: str = ""
) -> HttpResponse:
    """The page of friends. It carries the post along."""
    carried = hidden_fields(draft)
    context = {
        "picker": FriendPicker(request.user, request.POST, ticked=draft.people),
        "carried": {name: carried[name] for name in carried if name not in PICKED},
        "left_out": draft.left_out,
        "list_name": form["list_name"].value() or "",
        "error": error,
    }
    return TemplateResponse(request, "syndication/post_people.html", context)


def _preview_page(request: MemberRequest, form: PostForm, draft: Draft) -> HttpResponse:
    draft = posts.with_link_title(draft)
    groups = group_previews(posts.preview_post(draft, by=request.user), draft.audience)
    before = posts.find_sent_post(draft.form_key, by=request.user)
    if before is not None:  # "back" after sending: what was changed since is a post of its own
        draft = replace(draft, form_key=secrets.token_hex(16))
    if groups.leads_away:
        _preserve(request, draft)
    return TemplateResponse(
        request,
        "syndication/post_preview.html",
        {
            "draft": draft,
            "carried": hidden_fields(draft),
            "kind": form.kind,
            "readers": readers_here(request.user, draft.audience, draft.group, draft.people),
            "groups": groups,
            "before": before,
        },
    )


def _preserve(request: MemberRequest, draft: posts.Draft) -> None:
    """Keep what was typed in the session, for "Write": the page has presses that lead away from it."""
    fields = {name: [value] for name, value in hidden_fields(draft).items()}
    fields["left_out"] = [str(key) for key in draft.left_out]
    path = without_session_prefix(reverse("post_new"))
    preserve_form(request, PreservedForm(path, fields))


def _send(request: MemberRequest) -> HttpResponse:
    post = posts.find_sent_post(request.POST.get("form_key", ""), by=request.user)
    if post is None:
        form = PostForm(request.POST, member=request.user, kind=_kind(request.POST))
        if not form.is_valid():
            return post_form_page(request, form)
        draft = form.draft()
        try:
            post = posts.create_post(draft, by=request.user)
        except post_readers.NobodyChosen:
            return _people_page(request, form, draft, _("Tick somebody first."))
        except quotas.QuotaUsedUp as error:
            form.add_error(None, posts_used_up(error))
            return post_form_page(request, form)
        messages.success(request, _("Sent."))
    else:
        messages.info(request, _("You sent this already; it was not sent twice."))
    pop_preserved_form(request)
    if post.deleted_at is not None:
        return redirect("home")
    return redirect("post_detail", post.pk)


def _blank_form(request: MemberRequest, typed: Mapping[str, Any]) -> HttpResponse:
    """The form, filled with what was typed before, here or before a time-out."""
    initial = {**initial_from_preserved_form(request), **typed}
    kind = _kind(initial or request.GET)
    if not initial and request.GET.get("group"):  # written to a group, then another kind chosen
        group = request.GET["group"]
        initial = {"audience": group if group.startswith(_SHARED) else ""}
    return post_form_page(request, PostForm(member=request.user, kind=kind, initial=initial))


def post_form_page(request: MemberRequest, form: PostForm) -> HttpResponse:
    """The form's page, whatever filled it: typing, a kept form, a mail."""
    waiting = get_preserved_form(request)
    return TemplateResponse(
        request,
        "syndication/post_new.html",
        {
            "form": form,
            "kind": form.kind,  # in a template, form.kind would be the field of that name
            "kinds": PostKind,
            "group": _chosen_group(form),
            "lost_files": waiting.files if waiting and not form.is_bound else [],
        },
    )


def _chosen_group(form: PostForm) -> str:
    """The group that the form opens with; kept when the kind changes, or the post would be wider."""
    choice = str(form["audience"].value() or "")
    return choice if choice.startswith(_SHARED) else ""


def _kind(source: Mapping[str, Any]) -> str:
    """The requested kind; a status if none or an unknown one is requested."""
    kind = str(source.get("kind", ""))
    return kind if kind in PostKind.values else PostKind.STATUS
