"""The lane for old phones: it will speak Shift_JIS to those that need it.

First in MIDDLEWARE, since it may hand on a fresh request. Today it passes every request through.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PhoneLaneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
