"""Reject a path with a NUL in it, which PostgreSQL refuses even in a query."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from profilelink.errors import page_not_found


class RejectNulMiddleware:
    """Answer 404 before any look-up. NULs in forms are rejected by the forms' fields."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return page_not_found(request) if "\0" in request.path_info else self.get_response(request)
