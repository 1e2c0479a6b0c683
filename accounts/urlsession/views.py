"""Pages of this app: the way out, and the question to log in again."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils import timezone

from accounts.urlsession.models import OutTicket
from accounts.urlsession.preserved_forms import FORGET, PATH_FIELD, KeptForm, waiting_form


def out(request: HttpRequest, ticket: str) -> HttpResponse:
    """The page by which an outside address leaves: its host named, its address to copy, a link."""
    row = OutTicket.objects.filter(pk=ticket, expires_at__gt=timezone.now()).first()
    if row is None:
        response = render(request, "out.html", {"url": ""}, status=404)
    else:
        host = urlsplit(row.url).hostname
        response = render(request, "out.html", {"url": row.url, "host": host})
    response["Referrer-Policy"] = "no-referrer"
    return response


def resume_form(request: HttpRequest, form: KeptForm) -> HttpResponse:
    """Asks to log in again, with what was typed. The project's own page takes this one's place.

    The request is the late POST itself, in a new anonymous session: show, do not act on it.
    """
    context = {
        "kept": form,
        "path_field": PATH_FIELD,
        "is_log_in": form.is_log_in(),
    }
    return render(request, "urlsession/resume.html", context)


def resend_form(request: HttpRequest, *, takes_get: bool) -> HttpResponse | None:
    """The form that waits for this address, with a button to send it; None if none does.

    For addresses that only take POSTs, and for views that do not know of forms that wait.
    """
    form = waiting_form(request)
    if form is None or not form.is_for(request.path_info):
        return None
    path = get_script_prefix()[:-1] + form.path
    page = f"{request.path}?{FORGET}=" if takes_get else ""
    return render(request, "urlsession/resend.html", {"kept": form, "path": path, "page": page})
