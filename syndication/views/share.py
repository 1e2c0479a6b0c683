"""Sharing a post for everyone by hand."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.mail_addresses import mail_link
from accounts.models import Audience
from accounts.public_urls import public_url
from accounts.views.requests import MemberRequest
from syndication.models import Post
from syndication.queries.excerpts import cut_to_line
from syndication.queries.share_addresses import share_addresses

WORDS = 60  # letters of the post that go along


@login_required
@require_safe
def post_share(request: MemberRequest, pk: int) -> HttpResponse:
    """Show addresses for sharing the post elsewhere. 404 for a post that is not for Everyone."""
    readable = Post.objects.visible_to(request.user)
    post = get_object_or_404(readable, pk=pk, audience=Audience.EVERYONE)
    address, words = public_url("post_detail", pk), cut_to_line(post.words, WORDS)[0]
    context = {
        "post": post,
        "address": address,
        "mail": mail_link(address, words),
        "networks": share_addresses(address, words),
    }
    return TemplateResponse(request, "syndication/post_share.html", context)
