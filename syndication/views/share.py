"""Sharing by hand: a post for everyone, and the page of a group."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.mail_addresses import mail_link
from accounts.media import qr
from accounts.models import Audience, Membership
from accounts.public_urls import public_url
from accounts.views.requests import MemberRequest
from syndication.models import Post
from syndication.queries.excerpts import cut_to_line
from syndication.queries.share_addresses import share_addresses

WORDS = 60  # characters of the post that go along


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


@login_required
@require_safe
def group_share(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the address of a group's page, for its members to share. It opens for members and invited
    ones alone, so everybody may have it; the group's name does not go along."""
    joined = Membership.objects.joined().select_related("group")
    group = get_object_or_404(joined, group=pk, member=request.user).group
    address, words = public_url("group_detail", pk), _("Our group on Profile Link")
    qr_format = qr.qr_format_for(request.headers)
    context = {
        "group": group,
        "address": address,
        "mail": mail_link(address, words),
        "line": share_addresses(address, words)[0],
        "qr": qr.qr_data_uri(address, qr_format=qr_format),
    }
    return TemplateResponse(request, "syndication/group_share.html", context)
