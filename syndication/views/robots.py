"""X-Robots-Tag of public pages: noindex unless the member asked to be listed."""

from __future__ import annotations

from django.http import HttpResponse

from accounts.models import Member


def set_robots_header(response: HttpResponse, author: Member) -> HttpResponse:
    """Set X-Robots-Tag on a public page; pages of a session are never indexed anyway."""
    response["X-Robots-Tag"] = "all" if author.is_listed else "noindex"
    return response
