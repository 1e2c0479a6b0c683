"""The form of a new post: its page, and the presses that lead back to it (another kind, photos) or to the
drafts (Keep)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.views.requests import MemberRequest
from syndication.actions import drafts
from syndication.forms.drafts import draft_content
from syndication.forms.post_photos import after_photo_press, is_photo_press
from syndication.forms.posts import PostForm
from syndication.models import PostKind, SavedDraft
from syndication.queries.home_box import unpack_box
from syndication.views import preserved_posts

_SHARED = ("group_", "list_")  # choices of an audience that an address may name


def post_form_page(
    request: MemberRequest,
    form: PostForm,
    draft: SavedDraft | None = None,
    *,
    left_out: int = 0,
) -> HttpResponse:
    """The form's page, whatever filled it: typing, a kept form, a mail, a draft.

    `left_out`: how many of those whom the draft is for can no longer be chosen.
    """
    return TemplateResponse(
        request,
        "syndication/post_new.html",
        {
            "form": form,
            "kind": form.kind,  # in a template, form.kind would be the field of that name
            "kinds": PostKind,
            "draft": draft,
            "until": drafts.draft_expires_at(draft) if draft else None,
            "left_out": left_out,
            "waiting": 0 if draft else SavedDraft.objects.of(request.user).count(),
            "lost_files": [] if request.POST else preserved_posts.lost_files(request),
            "is_resumed": request.method != "POST"
            and draft is None
            and preserved_posts.is_form_resumed(request),
        },
    )


def blank_form(request: MemberRequest, typed: Mapping[str, Any]) -> HttpResponse:
    """The form, filled with what was typed before, here or before a time-out."""
    initial = dict(typed) or preserved_posts.resumed_fields(request)  # typed now wins as a whole
    initial |= unpack_box(initial)
    kind = kind_of(initial or request.GET)
    if not initial and request.GET.get("group"):  # from the page of a group or a list
        group = request.GET["group"]
        initial = {"audience": group if group.startswith(_SHARED) else ""}
    return post_form_page(request, PostForm(member=request.user, kind=kind, initial=initial))


def pressed_on_form(request: MemberRequest) -> HttpResponse | None:
    """Answer a button that leads back to the form, with everything typed so far; None for another one.

    A photo that was just chosen is kept, too.
    """
    kind = next((kind for kind in PostKind.values if f"as_{kind}" in request.POST), "")
    if not kind and not is_photo_press(request.POST):
        return None
    form = PostForm(request.POST, request.FILES, member=request.user, kind=kind_of(request.POST))
    form.is_valid()  # keeps the photo
    if request.FILES.get("photo") and "photo" in form.errors:
        return post_form_page(request, form)
    data = cast(QueryDict, form.data)
    changed = {"kind": kind} if kind else after_photo_press(data, request.POST)
    return blank_form(request, {**typed_fields(data), **changed})


def keep_form(request: MemberRequest) -> HttpResponse:
    """Keep the form as a draft, complete or not."""
    form = PostForm(request.POST, request.FILES, member=request.user, kind=kind_of(request.POST))
    unsent = draft_content(form)
    if unsent is None:
        return post_form_page(request, form)
    try:
        kept = drafts.keep_draft(unsent, by=request.user)
    except drafts.TooManyDrafts:
        preserved_posts.preserve_post_form(request, dict(cast(QueryDict, form.data).lists()))
        words = _(
            "You have %(most)s drafts. What you wrote waits under Write: send or delete a draft, "
            "then press Save draft again."
        )
        form.add_error(None, words % {"most": drafts.MAX_KEPT})
        return post_form_page(request, form)
    preserved_posts.forget_post_form(request, unsent.form_key)
    if unsent.is_photo_gone:
        messages.warning(request, _("The photo was no longer here. Choose it again."))
    if kept.is_apart:
        messages.info(
            request,
            _(
                "This was saved or sent in another window or on another device in the meantime. "
                "Yours is saved as a separate draft."
            ),
        )
    else:
        messages.success(request, _("Draft saved. You can continue on any device."))
    return redirect("draft_list")


def typed_fields(posted: QueryDict) -> dict[str, Any]:
    """All that a form sent, as initial values of the next one."""
    return {**posted.dict(), "left_out": posted.getlist("left_out")} if posted else {}


def kind_of(source: Mapping[str, Any]) -> str:
    """The requested kind; a status if none or an unknown one is requested."""
    kind = str(source.get("kind", ""))
    return kind if kind in PostKind.values else PostKind.STATUS
