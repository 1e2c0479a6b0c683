"""Today, the front page of admin: what needs a person, the networks, the figures, then all lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from syndication.actions import operations
from syndication.queries import figures, today

admin.site.index_template = "admin/today.html"
_lists = admin.site.index


def staff_front_page(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    """Whoever of the staff opens it sees what they can deal with, and nothing else."""
    staff: Any = request.user
    context: dict[str, Any] = {
        **(extra_context or {}),
        "title": _("Today"),
        "needs": today.needs(by=staff),
        "may_pause": staff.has_perm(operations.MAY_PAUSE),
    }
    if staff.has_perm("syndication.view_networkswitch"):
        context["networks"] = today.network_rows()
    if staff.has_perm("syndication.view_delivery"):
        context["figures"] = figures.delivery_figures(timezone.now())
    return _lists(request, context)


admin.site.index = staff_front_page  # type: ignore[method-assign, assignment]
