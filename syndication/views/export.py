"""A member's own data as one file: for a computer, after the password."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from accounts.views import password
from accounts.views.requests import MemberRequest
from syndication.export import stream_export
from syndication.models import Post, PostPhoto


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: MemberRequest) -> HttpResponseBase:
    """GET says what the file holds; the press answers it, made while it is sent."""
    if request.method != "POST":
        return _page(request)
    if not password.was_password_typed_recently(request):
        return password.ask_for_password("export")
    if not ratelimit.consume(request, action="export"):
        return _page(request, is_too_soon=True)
    member, today = request.user, timezone.localtime()
    name = f"profile-link-{member.username}-{today:%Y-%m-%d}.zip"
    return StreamingHttpResponse(
        stream_export(member, language=get_language() or ""),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
        },
    )


def _page(request: MemberRequest, *, is_too_soon: bool = False) -> HttpResponse:
    own = Post.objects.by(request.user).filter(deleted_at=None)
    more = PostPhoto.objects.filter(post__author=request.user, post__deleted_at=None).count()
    context = {
        "counts": own.aggregate(posts=Count("pk"), photos=Count("pk", filter=~Q(photo="")) + more),
        "asks_password": not password.was_password_typed_recently(request),
        "is_too_soon": is_too_soon,
    }
    status = 429 if is_too_soon else 200
    return TemplateResponse(request, "syndication/export.html", context, status=status)
