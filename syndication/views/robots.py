"""What search engines may keep: nothing of a member who did not ask to be listed."""

from __future__ import annotations

from django.http import HttpResponse

from accounts.models import Member


def set_robots_header(response: HttpResponse, author: Member) -> HttpResponse:
    """Public pages only: those of a session are never for robots, whatever is said here."""
    response["X-Robots-Tag"] = "all" if author.is_listed else "noindex"
    return response
