"""What is too large to be taken at all, whoever sends it and whatever for.

Django writes files of any size to the disk before a form looks at them, and a form that comes late
is read before anybody has logged in.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from profilelink.errors import too_large


class SizeMiddleware:
    """Refuses by the announced length; what comes without one, WSGI servers hand on as nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length[:18]) > settings.REQUEST_MAX_BYTES:
            return too_large(request)
        return self.get_response(request)
