"""Reject multipart bodies, unread, where the view takes no files (accounts.views.uploads.accepts_files).

Splitting one costs many times its length in memory and seconds of processor, and Django splits it before
any view can look: CSRF reads the form first, and a form that comes late is read before anybody has logged
in. The address is therefore resolved here, while the body is still unread.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from accounts.urlsession.api import without_session_prefix
from profilelink.errors import unexpected_files

_MULTIPART = "multipart/form-data"


class RejectMultipartMiddleware:
    """Answer 415 to a multipart body for a view without accepts_files; none of our pages sends one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_unexpected_multipart(request):
            return unexpected_files(request)
        return self.get_response(request)


def is_unexpected_multipart(request: HttpRequest) -> bool:
    """Whether the body is multipart and the view takes no files. Reads nothing of the body."""
    if request.content_type != _MULTIPART or request.META.get("CONTENT_LENGTH") in (None, "", "0"):
        return False
    try:
        view = resolve(without_session_prefix(request.path_info)).func
    except Resolver404:
        return True
    return not getattr(view, "accepts_files", False)
