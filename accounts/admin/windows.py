"""Lists of admin that read as little of a million rows as of a thousand.

A list shows a window: the newest ROWS keys of its table, or those before. Whatever a filter asks,
within so many rows it is answered at once, also counted, without an index for each combination. A filter
that an index answers, and a search, look through all rows. Nothing is asked of a table as a whole: no
choices by DISTINCT, no total.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allauth.socialaccount.providers import registry
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ROWS = 10_000
FURTHEST = 10_000  # windows


class WindowFilter(admin.SimpleListFilter):
    """Which rows the list and its other filters look at, by their keys; `?older=1` is the window before."""

    title = gettext_lazy("rows looked at")
    parameter_name = "older"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        older = min(self._number(self.used_parameters.get(self.parameter_name)) + 1, FURTHEST)
        return [(str(older), _("Older rows"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The newest rows, and those before the window that is shown."""
        here = self._number(self.value())
        newest = _("The newest %(n)d") % {"n": ROWS}
        before = _("The %(n)d before") % {"n": ROWS}
        for place, label in ((0, newest), (here + 1, before)):
            changes = {self.parameter_name: place} if place else {}
            query = changelist.get_query_string(changes, [self.parameter_name, "p"])
            yield {"selected": place == here, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset  # the list decides: a search looks through all rows

    @classmethod
    def window(cls, queryset: QuerySet[Any], older: object) -> QuerySet[Any]:
        """The rows of the window `older` windows before the newest."""
        last = queryset.model._default_manager.aggregate(last=Max("pk"))["last"] or 0
        end = last - cls._number(older) * ROWS
        return queryset.filter(pk__gt=end - ROWS, pk__lte=end)

    @staticmethod
    def _number(text: object) -> int:
        typed = str(text or "")
        is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(str(FURTHEST))
        return min(int(typed), FURTHEST) if is_number else 0


class WindowedChangeList(ChangeList):
    """Newest first, whatever column an address names; of the window alone unless an index finds the rows."""

    model_admin: Any

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return list(self.model_admin.get_ordering(request)) or ["-pk"]

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        asked = request.GET
        if self.query or not self.model_admin.has_window:
            return found
        if is_found_by_index(asked, self.model_admin.indexed_filters):
            return found
        return WindowFilter.window(found, asked.get(WindowFilter.parameter_name))


def is_found_by_index(asked: Mapping[str, str], indexed: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a filter of the address is one that an index answers; () stands for any value."""
    return any(
        name in asked and (not values or asked[name] in values) for name, values in indexed.items()
    )


class SettingsFilter(admin.SimpleListFilter):
    """A filter whose choices the settings know: Django's would read them from every row.

    Its word in the address is no column's: those are refused (read_only).
    """

    column = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class NetworkFilter(SettingsFilter):
    title = gettext_lazy("network")
    parameter_name, column = "on_network", "network"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, registry.get_class(key).name) for key in settings.NETWORK_KEYS]


class LinkNetworkFilter(NetworkFilter):
    """Of rows that belong to a link, asked of each row of the window: by a join PostgreSQL begins with
    all links of the network, and reads all that is theirs."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        links = queryset.model._meta.get_field("link").related_model._default_manager
        network = Subquery(links.filter(pk=OuterRef("link")).values("network"))
        return queryset.annotate(network_of_link=network).filter(network_of_link=self.value())


class LanguageFilter(SettingsFilter):
    title = gettext_lazy("language")
    parameter_name, column = "in_language", "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(settings.LANGUAGES)
