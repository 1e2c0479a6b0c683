"""What is too large to be taken at all, whoever sends it and whatever for.

Django writes files of any size to the disk before a form looks at them, and a form that comes late
is read before anybody has logged in.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from profilelink.errors import too_large


class MaxBodyMiddleware:
    """Refuses by the announced length; what comes without one, WSGI servers hand on as nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return too_large(request) if is_too_large(request) else self.get_response(request)


def is_too_large(request: HttpRequest) -> bool:
    """Whether a request announces more than any page takes. Nothing of it has been read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length[:18]) > settings.REQUEST_MAX_BYTES
