"""The home page: the front door for visitors, the timeline for members."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.urlsession.api import is_url_mode
from accounts.views.display import with_pictures
from syndication.actions import mail_drafts
from syndication.queries.capabilities import set_up_network_names
from syndication.queries.first_steps import first_steps
from syndication.queries.home_box import home_box
from syndication.queries.timeline import Cursor, timeline_page
from syndication.queries.waiting import count_waiting

FEW_ENTRIES = 2  # a home with so few shows what to do first


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The home page. Without log-in it needs no session and creates none."""
    if not request.user.is_authenticated:
        context = {
            "is_phone": is_url_mode(request),
            "networks": set_up_network_names(),
            "operator": settings.SITE_OPERATOR,
        }
        return TemplateResponse(request, "syndication/home_front.html", context)
    before = Cursor.parse(request.GET.get("before", ""))
    page = timeline_page(request.user, before, with_pictures=with_pictures(request))
    is_new_here = before is None and len(page.entries) <= FEW_ENTRIES
    waiting = count_waiting(request.user, with_steps=is_new_here)
    return TemplateResponse(
        request,
        "syndication/home.html",
        {
            "page": page,
            "steps": first_steps(request.user, waiting.done) if is_new_here else None,
            "is_phone": is_url_mode(request),
            "with_pictures": with_pictures(request),
            "box": home_box(request.user) if before is None else None,
            "mails": mail_drafts.waiting_mails_text(waiting.mails) if waiting.mails else "",
            "announcement": waiting.announcement,
            "new_notices": waiting.notices,
            "mail_note": waiting.mail_note,
        },
    )
