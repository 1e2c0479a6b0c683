"""Pictures, for those who may see them. MEDIA_ROOT itself is never served."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.models import Audience, Member
from accounts.urlsession.api import SessionMode, current_session_mode
from accounts.views.requests import MemberRequest
from syndication.models import KeptPhoto, Post, PostPhoto

# For the browser's own cache and no shared one: a post may be narrowed or deleted, and a photo cannot
# be removed from a proxy.
PUBLIC_SECONDS = 300


@require_safe
def post_photo(request: HttpRequest, pk: int, place: int = 1, size: str = "large") -> HttpResponse:
    """One photo of a post, for its readers; "small" fits a page of 240 pixels.

    The large one is sent if there is no small one.
    """
    post = get_object_or_404(Post.objects.visible_to(request.user), pk=pk)
    stored = post if place == 1 else get_object_or_404(PostPhoto, post=post, place=place)
    file = (size == "small" and stored.photo_small) or stored.photo
    return jpeg_response(request, file, is_public=post.audience == Audience.EVERYONE)


@require_safe
def profile_picture(request: HttpRequest, name: str) -> HttpResponse:
    """The picture of a member, for its own audience."""
    member = get_object_or_404(
        Member.objects.seen_by(request.user).with_profile_for(request.user),
        username=name,
        shows_picture=True,
    )
    is_public = member.picture_audience == Audience.EVERYONE
    return jpeg_response(request, member.picture, is_public=is_public)


@require_safe
@login_required
def kept_photo(request: MemberRequest, key: str) -> HttpResponse:
    """A photo whose post is being written, for its member only."""
    kept = get_object_or_404(KeptPhoto, member=request.user, key=key)
    return jpeg_response(request, kept.photo, is_public=False)


def jpeg_response(request: HttpRequest, file: FieldFile, *, is_public: bool) -> HttpResponse:
    """The JPEG with its length, which phones need. Raises Http404 without a file."""
    try:
        with file.open("rb") as opened:
            content = opened.read()
    except (ValueError, FileNotFoundError):  # the row names none, or it is gone
        raise Http404 from None
    response = HttpResponse(content, content_type="image/jpeg")
    response["Content-Length"] = str(len(content))
    response["X-Content-Type-Options"] = "nosniff"
    if is_public and current_session_mode(request) is SessionMode.NONE:
        response["Cache-Control"] = f"private, max-age={PUBLIC_SECONDS}"
    else:
        response["Cache-Control"] = "no-store, private"
    return response
