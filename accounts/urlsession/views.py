"""Pages of this app: the way out, and the question to log in again."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils import timezone

from accounts.urlsession.kept import PATH_FIELD, KeptForm, kept_form
from accounts.urlsession.models import OutTicket


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
        "is_log_in": form.is_for(
            reverse(settings.LOGIN_URL).removeprefix(get_script_prefix()[:-1])
        ),
    }
    return render(request, "urlsession/resume.html", context)


def resend_form(request: HttpRequest) -> HttpResponse | None:
    """The form that waits for an address that only takes POSTs: shown with a button to send it."""
    form = kept_form(request)
    if form is None or not form.is_for(request.path_info):
        return None
    path = get_script_prefix()[:-1] + form.path
    return render(request, "urlsession/resend.html", {"kept": form, "path": path})
