"""Members who have terms to agree to are asked on the first page that they open after the log-in.

Only where a page is opened: what is sent goes through, so that nothing typed is lost. Leaving, taking
one's data along and reading the terms are possible without agreeing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.views.site_pages import ASKS_FOR_TERMS, ask_for_terms

ALLOWED = frozenset(
    {
        *("site_terms", "site_about", "site_privacy", "contact", "language", "resend"),
        *("account_login", "account_logout", "account_reauthenticate", "mfa_authenticate"),
        *("mfa_reauthenticate", "account_close", "account_closed", "account_inactive", "export"),
        *("staff_decision", "staff_decision_list", "session_list", "account_change_password"),
        *("post_photo", "kept_photo", "mail_draft_photo", "profile_picture", "profile_feed"),
        *("healthz", "readyz", "robots", "oauth_client"),
    }
)


class TermsMiddleware:
    """Ask for agreement in place of a page. Behind the authentication: it asks who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        is_page = match is not None and match.view_name not in ALLOWED and not match.namespaces
        if request.method != "GET" or not is_page or not request.user.is_authenticated:
            return None
        return ask_for_terms(request) if request.session.get(ASKS_FOR_TERMS) else None
