"""Error pages, each with the next step. They use neither session nor database."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

from accounts.urlsession.cross_site import is_foreign_post
from accounts.urlsession.preserved_forms import PreservedForm, form_from_post

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what came cannot be read, or the session ended while the request ran."""
    return _error_page("400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _error_page("403.html", 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; the same for what does not exist and what this visitor may not know of."""
    return _error_page("404.html", 404)


def too_large(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """413. What was sent is not read, so it cannot be given back."""
    return _error_page("413.html", 413)


def unexpected_files(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """415 for a multipart body where no form takes files. It is not read either."""
    return _error_page("415.html", 415)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429, for the rate limits."""
    return _error_page("429.html", 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with what was typed and a button to send it again: the form's own secret still fits."""
    preserved = _typed(request)
    context = {
        "preserved": preserved,
        "path": request.path,
        "csrf_token": preserved and request.POST.get("csrfmiddlewaretoken", ""),
        "are_staff_told": bool(settings.ADMINS),
    }
    return HttpResponse(loader.render_to_string("500.html", context), status=500)


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


def _error_page(name: str, status: int) -> HttpResponse:
    """Render without the request, so that no context processor touches session or member."""
    return HttpResponse(loader.render_to_string(name), status=status)
