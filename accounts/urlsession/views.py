"""Pages of this package: outbound links, and preserved forms."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils import timezone

from accounts.urlsession.models import OutTicket
from accounts.urlsession.preserved_forms import (
    DISCARD_PARAM,
    PATH_FIELD,
    PreservedForm,
    peek_preserved_form,
)


def outbound_page(request: HttpRequest, ticket: str) -> HttpResponse:
    """Page by which an outside URL leaves: its host, the URL to copy, a link."""
    row = OutTicket.objects.filter(pk=ticket, expires_at__gt=timezone.now()).first()
    if row is None:
        response = render(request, "out.html", {"url": ""}, status=404)
    else:
        host = urlsplit(row.url).hostname
        shown = {"url": row.url, "host": host, "is_permission_page": row.is_permission_page}
        response = render(request, "out.html", shown)
    response["Referrer-Policy"] = "no-referrer"
    return response


def resume_form(request: HttpRequest, form: PreservedForm) -> HttpResponse:
    """Ask to log in again, with the preserved form. Projects may replace this page.

    The request is the late POST itself, in a new anonymous session: show, do not act on it.
    """
    context = {
        "preserved": form,
        "path_field": PATH_FIELD,
        "is_log_in": form.is_log_in(),
    }
    return render(request, "urlsession/resume.html", context)


def resend_form(request: HttpRequest, *, takes_get: bool) -> HttpResponse | None:
    """Show the preserved form of this address with a button to send it; None without one.

    For addresses that only take POSTs, and for views that do not know of forms that wait.
    """
    form = peek_preserved_form(request)
    if form is None or not form.is_for(request.path_info):
        return None
    path = get_script_prefix()[:-1] + form.path
    page = f"{request.path}?{DISCARD_PARAM}=" if takes_get else ""
    return render(
        request, "urlsession/resend.html", {"preserved": form, "path": path, "page": page}
    )
