"""The page of adoption among the lists of admin, for those who may see it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from syndication.queries.adoption import MAY_SEE

_list_apps = admin.site.get_app_list


def _list_apps_and_adoption(request: HttpRequest, app_label: str | None = None) -> list[Any]:
    """Add the page as an app of its own: its rows are on no page, so that no model of it is registered."""
    found = _list_apps(request, app_label)
    if app_label is None and request.user.has_perm(MAY_SEE):
        address = reverse("adoption")
        page = {
            "name": _("Members, links and friends by week"),
            "object_name": "DailyFigure",
            "admin_url": address,
            "add_url": None,
            "view_only": True,
        }
        entry = {"name": _("Adoption"), "app_label": "adoption", "app_url": address}
        found.append({**entry, "has_module_perms": True, "models": [page]})
    return found


admin.site.get_app_list = _list_apps_and_adoption  # type: ignore[method-assign]
