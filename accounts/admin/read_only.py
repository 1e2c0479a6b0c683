"""Base classes of read-only admin pages: only listed fields are shown or filtered by."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

SHOWN_OF_A_KEY = 6
# What the filters of Django's lists put behind a field's name. Not "anything behind it": by way of
# `groups__user__password__startswith` a hash could be guessed character by character.
ASKED_BY_FILTERS = (
    *("", "__exact", "__id__exact", "__isnull", "__in"),
    *("__gte", "__gt", "__lte", "__lt", "__year", "__month", "__day"),
)


class ReadOnly:
    """Nothing is added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    """Show the listed fields to staff who may view the model.

    Django's admin lets an address filter by any column (`?text__startswith=a`), which would answer
    questions about columns that no page shows. Here only the listed filters can be asked.
    """

    view_on_site = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        names = [name for name in self.list_filter if isinstance(name, str)]
        return any(lookup == name + how for name in names for how in ASKED_BY_FILTERS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """Read-only rows below a row."""

    extra = 0
    can_delete = False
    show_change_link = False


def mask_key(key: str) -> str:
    """Shorten a hash: enough to tell two apart, too little to look one up."""
    return f"{key[:SHOWN_OF_A_KEY]}…" if key else ""
