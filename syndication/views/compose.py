"""Composing a post: the form, the preview page, and sending.

The pages carry everything typed, so that no step depends on stored state; a photo is uploaded once and
kept (actions.photos).
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import named_lists, quotas
from accounts.forms.named_lists import list_name_error
from accounts.forms.ticks import ticks_as_text
from accounts.models import Audience, Member
from accounts.urlsession.api import is_field_preserved
from accounts.views.friend_picker import FriendPicker
from accounts.views.requests import MemberRequest
from accounts.views.uploads import accepts_files
from syndication.actions import home_box, post_readers, posts
from syndication.actions.bound_sends import PreviewNeeded
from syndication.actions.posts import NewPost
from syndication.forms.posts import PostForm, hidden_fields, posts_used_up
from syndication.models import Post
from syndication.queries.home_box import unpack_box
from syndication.queries.preview_groups import group_previews
from syndication.queries.readers import readers_here
from syndication.views import preserved_posts
from syndication.views.post_form import (
    blank_form,
    keep_form,
    kind_of,
    post_form_page,
    pressed_on_form,
    typed_fields,
)

PICKED = ("audience", "people", "list_name")  # of the fields that the page of friends has itself


@login_required
def post_new(request: MemberRequest) -> HttpResponse:
    """The form. "Send" and "Change" on the preview page post here, with all that was typed; so does
    "Who", which leads to the page of friends."""
    if "send" in request.POST:
        return _send(request)
    if "who" in request.POST:
        return post_people(request)
    if "keep" in request.POST:
        return keep_form(request)
    if "anew" in request.POST:
        return preserved_posts.discard_post_form(request)
    return blank_form(request, typed_fields(request.POST))


@accepts_files
@login_required
def post_preview(request: MemberRequest) -> HttpResponse:
    """The preview page: where the post goes, how it reads there, what does not go and why, who reads it.

    The form's other buttons come here, too: they keep a draft, or write the same as another kind.
    """
    if request.method != "POST":
        return blank_form(request, {})
    if "keep" in request.POST:
        return keep_form(request)
    if (answer := pressed_on_form(request)) is not None:
        return answer
    form = PostForm(request.POST, request.FILES, member=request.user, kind=kind_of(request.POST))
    if not form.is_valid():
        return post_form_page(request, form)
    new_post = form.new_post()
    if new_post.audience == Audience.CHOSEN and not new_post.people:
        return _people_page(request, form, new_post)
    return _preview_page(request, form, new_post)


@login_required
def post_people(request: MemberRequest) -> HttpResponse:
    """Tick the friends whom a post is for: pages of friends until "Go on", then the preview page."""
    if is_field_preserved(request, "at"):  # ticks: they are sent again as they were
        return HttpResponseNotAllowed(["POST"])
    if request.method != "POST":
        return blank_form(request, {})
    typed = request.POST.copy()
    picker = FriendPicker(request.user, typed) if "at" in typed else None
    if picker is not None:
        typed["people"] = ticks_as_text(picker.ticked)
        typed["audience"] = Audience.CHOSEN
    form = PostForm(typed, member=request.user, kind=kind_of(typed))
    if not form.is_valid():
        return post_form_page(request, form)
    new_post = form.new_post()
    if picker is None or not picker.is_done:
        return _people_page(request, form, new_post)
    error = _people_error(new_post, by=request.user)
    if error:
        return _people_page(request, form, new_post, error)
    return _preview_page(request, form, new_post)


def _people_error(new_post: NewPost, *, by: Member) -> str:
    if not new_post.people:
        return _("Tick somebody first.")
    return list_name_error(new_post.list_name, by=by) if new_post.list_name else ""


def _people_page(
    request: MemberRequest, form: PostForm, new_post: NewPost, error: str = ""
) -> HttpResponse:
    """The page of friends. It carries the post along."""
    carried = {**hidden_fields(new_post), **form.fields_of_other_kinds()}
    context = {
        "picker": FriendPicker(request.user, request.POST, ticked=new_post.people),
        "carried": {name: carried[name] for name in carried if name not in PICKED},
        "left_out": new_post.left_out,
        "list_name": form["list_name"].value() or "",
        "error": error,
    }
    return TemplateResponse(request, "syndication/post_people.html", context)


def _preview_page(
    request: MemberRequest, form: PostForm, new_post: NewPost, reason: str = ""
) -> HttpResponse:
    """The preview of a valid form. `reason` says why it comes unasked."""
    new_post = posts.with_link_title(new_post)
    groups = group_previews(
        posts.preview_post(new_post, by=request.user), new_post.audience, new_post
    )
    before = posts.find_sent_post(new_post.form_key, by=request.user)
    if before is not None:  # "back" after sending: what was changed since is a post of its own
        new_post = replace(new_post, form_key=secrets.token_hex(16))
    carried = {**hidden_fields(new_post), **form.fields_of_other_kinds()}
    if groups.leads_away:
        fields = {name: [value] for name, value in carried.items()}
        preserved_posts.preserve_post_form(
            request, fields | {"left_out": [str(key) for key in new_post.left_out]}
        )
    return TemplateResponse(
        request,
        "syndication/post_preview.html",
        {
            "new_post": new_post,
            "carried": carried,
            "kind": form.kind,
            "readers": readers_here(
                request.user, new_post.audience, new_post.group, new_post.people
            ),
            "groups": groups,
            "before": before,
            "reason": reason,
        },
    )


def _send(request: MemberRequest) -> HttpResponse:
    """Send the form of the preview, or that of the home page's box, which names its links."""
    data = request.POST.copy()
    data.update(unpack_box(data))
    form = PostForm(data, member=request.user, kind=kind_of(data))
    is_valid = form.is_valid()
    before = posts.find_sent_post(data.get("form_key", ""), by=request.user)
    if before is not None and form.repeats(before):
        messages.info(request, _("You sent this already; it was not sent twice."))
        return _after(request, before)
    if not is_valid:
        return post_form_page(request, form)
    new_post = form.new_post()
    if before is not None:  # other words: they would be a post of their own
        return _preview_page(request, form, new_post)
    is_changed = posts.is_draft_changed(new_post, by=request.user)
    try:
        post = _create(form, new_post, by=request.user)
    except PreviewNeeded as needed:
        return _preview_page(request, form, new_post, needed.sentence)
    except post_readers.NobodyChosen:
        return _people_page(request, form, new_post, _("Tick somebody first."))
    except quotas.QuotaUsedUp as error:
        form.add_error(None, posts_used_up(error))
        return post_form_page(request, form)
    messages.success(request, _("Sent."))
    _add_list_message(request, new_post)
    if is_changed:
        messages.info(
            request,
            _("Another version, saved in another window or on another device, is still in Drafts."),
        )
    return _after(request, post)


def _create(form: PostForm, new_post: NewPost, *, by: Member) -> Post:
    if "box" not in form.data:
        return posts.create_post(new_post, by=by)
    return home_box.send_status(new_post, by=by, named=new_post.named or frozenset())


def _after(request: MemberRequest, post: Post) -> HttpResponse:
    preserved_posts.forget_post_form(request, post.form_key)
    if post.deleted_at is not None or "box" in request.POST:
        return redirect("home")
    return redirect("post_detail", post.pk)


def _add_list_message(request: MemberRequest, new_post: NewPost) -> None:
    """Tell if the readers could not be kept as a list: the form was sent past its check, or a list was made
    elsewhere meanwhile."""
    if not new_post.list_name:
        return
    if named_lists.find_list(new_post.list_name, new_post.people, by=request.user) is None:
        words = _(
            "No list was made of the readers: you have one of that name, or no room for more."
        )
        messages.info(request, words)
