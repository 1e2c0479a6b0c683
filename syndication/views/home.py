"""The home page: the front door for visitors, the timeline for members."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.urlsession.api import is_url_mode
from accounts.views.requests import MemberRequest
from syndication.actions import mail_drafts
from syndication.models import FeedItem, Link, MailDraft, Notice
from syndication.queries.excerpts import split_into_pages
from syndication.queries.timeline import Cursor, timeline_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The home page. Without log-in it needs no session and creates none."""
    if not request.user.is_authenticated:
        return TemplateResponse(
            request, "syndication/home_front.html", {"is_phone": is_url_mode(request)}
        )
    before = Cursor.parse(request.GET.get("before", ""))
    mails = MailDraft.objects.of(request.user).count()
    return TemplateResponse(
        request,
        "syndication/home.html",
        {
            "page": timeline_page(request.user, before),
            "is_first": before is None,
            "mails": mail_drafts.waiting_mails_text(mails) if mails else "",
            "notices": Notice.objects.filter(member=request.user, closed_at=None)
            .select_related("link")
            .order_by("pk"),
        },
    )


@require_safe
@login_required
def feed_item(request: MemberRequest, pk: int) -> HttpResponse:
    """A friend's post on a network, in pages, for the link's member only."""
    items = FeedItem.objects.filter(link__in=Link.objects.of(request.user)).select_related("link")
    item = get_object_or_404(items, pk=pk)
    page = Paginator(split_into_pages(item.words), 1).get_page(request.GET.get("page"))
    return TemplateResponse(request, "syndication/feed_item.html", {"item": item, "page": page})
