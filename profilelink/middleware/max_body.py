"""Limit on request bodies: answer 413 before anything is read.

Django writes files of any size to the disk before a form looks at them, and a form that comes late
is read before anybody has logged in.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from profilelink.errors import too_large


class MaxBodyMiddleware:
    """Refuse by Content-Length; without one, WSGI servers pass on an empty body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return too_large(request) if is_too_large(request) else self.get_response(request)


def is_too_large(request: HttpRequest) -> bool:
    """Whether Content-Length is above REQUEST_MAX_BYTES or not a number. Reads nothing of the body."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length[:18]) > settings.REQUEST_MAX_BYTES
