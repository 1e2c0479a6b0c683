"""Suspended members read; what they send is answered by a page that says why, but for what they may do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

# Reading why and objecting; taking one's data along; closing the account; leaving; keeping it safe.
ALLOWED = frozenset(
    {
        *("staff_decision", "contact", "export", "account_close", "account_closed"),
        *("account_login", "account_logout", "account_reauthenticate", "mfa_authenticate"),
        *("mfa_reauthenticate", "account_change_password", "session_list", "language"),
        *("notice_clear", "resend", "phone_lost", "recovery", "terms_agree"),
    }
)
# Fields that people write into: what they typed is shown again, to be copied.
WRITTEN = re.compile(
    r"(text|title|url|words|about|warning|name|town|websites|note|photo_alt(_\d)?)\Z"
)
READING = ("GET", "HEAD", "OPTIONS")


class SuspensionMiddleware:
    """Refuse what a suspended member sends. Behind the authentication: it asks who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if request.method in READING or getattr(request.user, "suspended_at", None) is None:
            return None
        match = request.resolver_match
        if match is not None and match.view_name in ALLOWED:
            return None
        context = {"typed": typed_texts(request)}
        return TemplateResponse(request, "syndication/suspended.html", context, status=403)


def typed_texts(request: HttpRequest) -> list[str]:
    """What the member typed into the form that is refused, so that nothing is lost."""
    return [
        value
        for name, values in request.POST.lists()
        if WRITTEN.match(name)
        for value in map(str, values)
        if value.strip()
    ]
