"""The photos of a post that stands: their order, and which of them stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import quotas
from accounts.urlsession.api import initial_from_preserved_form, pop_preserved_form
from accounts.views.requests import MemberRequest
from syndication.actions import posts
from syndication.actions.post_photos import arrange_photos
from syndication.forms.post_photos import order_after_press
from syndication.forms.posts import parse_keys, posts_used_up
from syndication.models import PlacedPhoto, Post, PostKind, photos_of
from syndication.models.errors import NotNow
from syndication.views.post_change import own_post
from syndication.views.posts import said_after_edit


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_photos(request: MemberRequest, pk: int) -> HttpResponse:
    """Each press shows the new order; "Save" is the edit. The page says what becomes of each copy."""
    post = own_post(request, pk)
    typed = request.POST or initial_from_preserved_form(request)
    stored = {one.place: one for one in photos_of(post)}
    if not stored:
        return redirect("post_change", pk)
    order = _order(typed, stored)
    if "save" in request.POST:
        return _save(request, post, order)
    order = [order[place - 1] for place in order_after_press(len(order), request.POST)]
    context = {
        "post": post,
        "photos": [stored[place] for place in order],
        "order": " ".join(map(str, order)),
        "version": typed.get("version") or post.version,
        "is_changed": order != list(stored),
        "may_remove": len(order) > 1 or post.kind != PostKind.PHOTO,
        "foreseen": posts.preview_edit(post, {}, by=request.user),
    }
    return TemplateResponse(request, "syndication/post_photos.html", context)


def _order(typed: Mapping[str, Any], stored: Mapping[int, PlacedPhoto]) -> list[int]:
    """The places in the order that the page carries; all of them on a page that was just opened."""
    if "order" not in typed:
        return list(stored)
    asked = [int(place) for place in str(typed["order"]).split() if place in ("1", "2", "3", "4")]
    return [place for place in dict.fromkeys(asked) if place in stored]


def _save(request: MemberRequest, post: Post, order: Sequence[int]) -> HttpResponse:
    version = next(iter(parse_keys([request.POST.get("version", "")])), 0)
    try:
        going = arrange_photos(post, order, by=request.user, version=version)
    except posts.EditedMeanwhile:
        messages.error(request, _("Not changed: the post was edited elsewhere in the meantime."))
        return redirect("post_photos", post.pk)
    except NotNow:
        return redirect("home")
    except quotas.QuotaUsedUp as error:
        messages.error(request, posts_used_up(error))
        return redirect("post_photos", post.pk)
    pop_preserved_form(request)
    if going is not None:
        messages.success(request, said_after_edit(going))
    return redirect("post_detail", post.pk)
