"""An address with a NUL in it names nothing. PostgreSQL takes none in a text, not even to look for."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from profilelink.errors import page_not_found


class RejectNulMiddleware:
    """404 before anything is looked up by it. What stands in a form, its fields judge."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return page_not_found(request) if "\0" in request.path_info else self.get_response(request)
