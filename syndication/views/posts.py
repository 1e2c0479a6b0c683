"""A post's page, and editing, narrowing and deleting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import quotas
from accounts.forms.ticks import ticks_as_text
from accounts.models import Audience, Member
from accounts.urlsession.api import (
    SessionMode,
    current_session_mode,
    initial_from_preserved_form,
    is_field_preserved,
    pop_preserved_form,
)
from accounts.views.display import with_pictures
from accounts.views.friend_picker import FriendPicker
from accounts.views.requests import MemberRequest
from syndication.actions import post_readers, posts
from syndication.actions.posts import EditPreview
from syndication.connectors.content import TYPED
from syndication.forms.audiences import AudienceForm, chosen_people
from syndication.forms.fields import audience_choice
from syndication.forms.post_change import EditForm
from syndication.forms.posts import PostForm, posts_used_up
from syndication.models import Delivery, DeliveryState, Post, photos_of
from syndication.models.errors import NotNow
from syndication.queries.comments import count_comments, newest_comments
from syndication.queries.copies import active_copies, copies_too_wide
from syndication.queries.excerpts import split_into_pages
from syndication.queries.post_page import find_post
from syndication.queries.readers import chosen_readers, describe_chosen, readers_here
from syndication.queries.staff_decisions import last_hiding
from syndication.queries.where_it_went import lines_of_post
from syndication.views.post_change import own_post
from syndication.views.post_form import post_form_page
from syndication.views.robots import set_robots_header


def post_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The post, for its readers. Posts to Everyone need no session."""
    post = find_post(pk, request.user, with_pictures=with_pictures(request))
    if post is None:
        raise Http404
    is_mine = post.author == request.user
    page = Paginator(split_into_pages(post.text), 1).get_page(request.GET.get("page"))
    context = {
        "post": post,
        "page": page,
        "photos": photos_of(post) if page.number == 1 else [],
        "is_mine": is_mine,
        "with_pictures": with_pictures(request),
        "is_public": post.audience == Audience.EVERYONE,
        "is_without_session": current_session_mode(request) is SessionMode.NONE,
        "lines": lines_of_post(post) if is_mine else [],
        "chosen": _chosen(request, post) if is_mine else "",
        "decision": last_hiding(post) if post.hidden_at is not None else None,
    }
    if isinstance(request.user, Member) and post.has_talk:
        context |= _talk(post, request, is_long=page.has_other_pages())
    response = TemplateResponse(request, "syndication/post_detail.html", context)
    return set_robots_header(response, post.author)


def _chosen(request: HttpRequest, post: Post) -> str:
    """Whom its writer chose to read the post, for that writer alone."""
    if post.audience != Audience.CHOSEN or not isinstance(request.user, Member):
        return ""
    return describe_chosen(chosen_readers(post, by=request.user))


def _talk(post: Post, request: HttpRequest, *, is_long: bool) -> dict[str, Any]:
    """The newest comments; after a long note their number alone."""
    member = cast(Member, request.user)
    if is_long:
        return {"has_talk": True, "comment_count": count_comments(post, member)}
    comments = newest_comments(post, member, with_pictures=with_pictures(request))
    return {"has_talk": True, "comments": comments}


@login_required
def post_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Edit a post. The form says what becomes of each copy. The preview is shown on request, and before
    saving content that no longer fits where the old one did."""
    post = Post.objects.visible_to(request.user).by(request.user).filter(pk=pk).first()
    if post is None:
        return _words_of_a_deleted(request, pk)
    if request.method != "POST" or "change" in request.POST:
        typed = {**initial_from_preserved_form(request), **request.POST.dict()}
        return _edit_page(request, EditForm(post=post, initial=typed))
    form = EditForm(request.POST, post=post)
    if not form.is_valid():
        return _edit_page(request, form)
    words = posts.with_url_title(post, form.words())
    if form.is_page_outdated() and posts.would_change(post, words):
        form.say_what_stands(post)
        return _edit_page(request, form)
    if "confirm" not in request.POST:
        foreseen = posts.preview_edit(post, words, by=request.user)
        if "save" not in request.POST or any(one.needs_confirmation for one in foreseen):
            return _edit_preview(request, form, words, foreseen)
    return _save_edit(request, form, words)


def _edit_page(request: MemberRequest, form: EditForm) -> HttpResponse:
    foreseen = posts.preview_edit(form.post, {}, by=request.user)
    photos = photos_of(form.post)
    context = {"post": form.post, "form": form, "foreseen": foreseen, "photos": photos}
    return TemplateResponse(request, "syndication/post_edit.html", context)


def _edit_preview(
    request: MemberRequest, form: EditForm, words: Mapping[str, str], foreseen: list[EditPreview]
) -> HttpResponse:
    context = {
        "post": form.post,
        "words": words,
        "foreseen": foreseen,
        "carried": form.carried(words["url_title"]),
    }
    return TemplateResponse(request, "syndication/post_edit_preview.html", context)


def _save_edit(request: MemberRequest, form: EditForm, words: Mapping[str, str]) -> HttpResponse:
    post, version = form.post, form.cleaned_data["version"]
    try:
        going = posts.edit_post(post, words, by=request.user, version=version)
    except posts.EditedMeanwhile as met:
        form.say_what_stands(met.post)
        return _edit_page(request, form)
    except NotNow:
        return _words_of_a_deleted(request, post.pk)
    except quotas.QuotaUsedUp as error:
        form.add_error(None, posts_used_up(error))
        return _edit_page(request, form)
    pop_preserved_form(request)
    messages.success(request, said_after_edit(going))
    return redirect("post_detail", post.pk)


def said_after_edit(going: list[Delivery] | None) -> str:
    """The success message, with the networks that get the edit."""
    if going is None:
        return _("The text is the same: nothing was changed.")
    names = {row.link.network_name: None for row in going if row.state == DeliveryState.WAITING}
    if not names:
        return _("Changed.")
    return _("Changed, and on its way to %(networks)s.") % {"networks": ", ".join(names)}


def _words_of_a_deleted(request: MemberRequest, pk: int) -> HttpResponse:
    """Offer what was typed as a new post, for the same audience: the post was deleted meanwhile."""
    post = get_object_or_404(Post.objects.by(request.user), pk=pk)
    typed = request.POST.dict() or initial_from_preserved_form(request)
    if not typed:
        raise Http404
    kept = {name: typed[name] for name in TYPED if name in typed}
    audience = audience_choice(post.audience, post.group_id)
    messages.error(
        request,
        _("The post has been deleted. What you typed is still here: sending it makes a new post."),
    )
    initial = {**kept, "audience": audience}
    return post_form_page(request, PostForm(member=request.user, kind=post.kind, initial=initial))


@login_required
def post_audience(request: MemberRequest, pk: int) -> HttpResponse:
    """Change the audience, in two steps: the second says what happens to the copies."""
    post = own_post(request, pk)
    if post.audience == request.POST.get("audience") == Audience.CHOSEN:  # pressed twice
        return redirect("post_readers", pk)
    initial: dict[str, object] = {"audience": audience_choice(post.audience, post.group_id)}
    if not is_field_preserved(request, "at"):  # ticks: they are sent again as they were
        initial |= initial_from_preserved_form(request)
    is_answered = posts.has_talk_of_others(post)
    form = AudienceForm(
        request.POST or None,
        member=request.user,
        post=post,
        is_answered=is_answered,
        initial=initial,
    )
    context = {"post": post, "form": form, "is_answered": is_answered}
    if not form.is_valid():
        return TemplateResponse(request, "syndication/post_audience.html", context)
    audience, group, named_list = form.cleaned_data["audience"]
    people: frozenset[int] = frozenset()
    if audience == Audience.CHOSEN:
        picker = FriendPicker(request.user, request.POST)
        typed = ticks_as_text(picker.ticked) or request.POST.get("people", "")
        people = chosen_people(request.user, named_list, typed)
        is_chosen = people and (picker.is_done or named_list or "confirm" in request.POST)
        if not is_chosen:
            context["picker"] = picker
            context["error"] = _("Tick somebody first.") if picker.is_done else ""
            return TemplateResponse(request, "syndication/post_audience_people.html", context)
    if "confirm" not in request.POST:
        context |= {
            "readers": readers_here(request.user, audience, group, people),
            "people": ticks_as_text(people),
            "copies": copies_too_wide(post, audience),
            "choice": audience_choice(audience, group.pk if group else None),
        }
        return TemplateResponse(request, "syndication/post_audience_confirm.html", context)
    try:
        posts.change_audience(post, audience, group, by=request.user, people=people)
    except posts.AudienceNotContained:  # answered between the form and the press
        messages.error(
            request,
            _(
                "Not changed: in the meantime somebody commented on the post or liked it, "
                "or it was changed elsewhere."
            ),
        )
        return redirect("post_audience", pk)
    except post_readers.NobodyChosen:
        messages.error(
            request, _("Not changed: none of the people you ticked is your friend any more.")
        )
        return redirect("post_audience", pk)
    pop_preserved_form(request)
    messages.success(request, _("Changed who sees it."))
    return redirect("post_detail", pk)


@login_required
def post_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a post, after a page that lists the copies that can and cannot be deleted."""
    post = own_post(request, pk)
    if request.method == "POST":
        posts.delete_post(post, by=request.user)
        messages.success(request, _("Deleted."))
        return redirect("home")
    context = {"post": post, "copies": active_copies(post)}
    return TemplateResponse(request, "syndication/post_delete.html", context)
