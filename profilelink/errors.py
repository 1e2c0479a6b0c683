"""Error pages, each with the next step. They use neither session nor database."""

import logging
import sys
from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import translation

from accounts.urlsession.cross_site import is_foreign_post
from accounts.urlsession.locale import browser_language
from accounts.urlsession.preserved_forms import PreservedForm, form_from_post

logger = logging.getLogger(__name__)
RETRY_AFTER = 10  # seconds; a database that is started anew is back by then
_AWAY = ("OperationalError", "InterfaceError")
_BUSY = ("locked", "unable to open")  # what SQLite says; its other errors will not pass by waiting


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what came cannot be read, or the session ended while the request ran."""
    return _error_page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _error_page(request, "403.html", 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; the same for what does not exist and what this visitor may not know of."""
    return _error_page(request, "404.html", 404)


def too_large(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """413. What was sent is not read, so it cannot be given back."""
    return _error_page(request, "413.html", 413)


def unexpected_files(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """415 for a multipart body where no form takes files. It is not read either."""
    return _error_page(request, "415.html", 415)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429, for the rate limits."""
    return _error_page(request, "429.html", 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database does not answer, with what was typed and a button to send it again: the
    form's own secret still fits."""
    with _reader_language(request):
        return _server_error_page(request, is_passing=is_database_away(sys.exc_info()[1]))


def is_database_away(error: BaseException | None) -> bool:
    """Whether it is an error that passes by waiting: a database that is stopped, or busy for too long.

    By name, since the driver's own gets past Django where a cursor of the server is closed.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if connection.vendor == "sqlite":
        return "OperationalError" in names and any(word in str(error) for word in _BUSY)
    return not names.isdisjoint(_AWAY)


def _server_error_page(request: HttpRequest, *, is_passing: bool) -> HttpResponse:
    preserved = _typed(request)
    context = {
        "preserved": preserved,
        "path": request.path,
        "csrf_token": preserved and request.POST.get("csrfmiddlewaretoken", ""),
        "are_staff_told": bool(settings.ADMINS),
        "is_passing": is_passing,
    }
    html = loader.render_to_string("500.html", context)
    if is_passing:
        return HttpResponse(html, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(html, status=500)


def _reader_language(request: HttpRequest) -> AbstractContextManager[None]:
    """The language that was chosen for this request, else the browser's: where the session could not be read,
    the thread still has that of the request before."""
    if hasattr(request, "LANGUAGE_CODE"):
        return nullcontext()
    return translation.override(browser_language(request) or settings.LANGUAGE_CODE)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without this session's secret, with what was typed and a button to send it.

    What another site sent is not given back: one press would then send that site's words.
    """
    preserved = None if is_foreign_post(request) else form_from_post(request)
    return render(
        request, "403_csrf.html", {"preserved": preserved, "path": request.path}, status=403
    )


def _typed(request: HttpRequest) -> PreservedForm | None:
    """What a member's own form brought; None where there is none or it cannot be read."""
    try:
        return (
            form_from_post(request)
            if request.method == "POST" and not is_foreign_post(request)
            else None
        )
    except Exception:  # the page that says what went wrong must not go wrong itself
        logger.exception("a form could not be given back")
        return None


def _error_page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    """Render without the request, so that no context processor touches session or member."""
    with _reader_language(request):
        return HttpResponse(loader.render_to_string(name), status=status)
