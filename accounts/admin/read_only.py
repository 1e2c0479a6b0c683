"""Base classes of read-only admin pages: only listed fields are shown or filtered by."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import pgettext

from accounts.admin.labels import put_labels_on
from accounts.admin.searches import search_rows
from accounts.admin.windows import WindowedChangeList, WindowFilter

SHOWN_OF_A_KEY = 6
# What the filters of Django's lists put behind a field's name. Not "anything behind it": by way of
# `groups__user__password__startswith` a hash could be guessed character by character.
ASKED_BY_FILTERS = (
    *("", "__exact", "__id__exact", "__isnull", "__in"),
    *("__gte", "__gt", "__lte", "__lt", "__year", "__month", "__day"),
)


class YesOrNo:
    """A column of a BooleanField in words. Django's green and red lights call "no" a fault."""

    def __init__(self, field: BooleanField) -> None:
        self.name = self.__name__ = self.admin_order_field = field.name
        self.field = field

    @property
    def short_description(self) -> Any:
        return self.field.verbose_name

    def __call__(self, row: Model) -> str:
        value = getattr(row, self.name)
        return "–" if value is None else yes_or_no(value)


def yes_or_no(value: bool) -> str:
    """The word in the active language."""
    return pgettext("staff", "yes") if value else pgettext("staff", "no")


class ReadOnly:
    """Nothing is added, changed or deleted; what is on or off is said in words."""

    model: type[Model]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        put_labels_on(getattr(self, "model", None) or args[0])  # an inline reads them at once
        super().__init__(*args, **kwargs)
        self.words_of: dict[Any, YesOrNo] = {}

    def in_words(self, names: Any) -> list[Any]:
        """The columns, a BooleanField's own exchanged for its words."""
        return [self._in_words(name) for name in names]

    def _in_words(self, name: Any) -> Any:
        if name not in self.words_of:
            try:
                field = self.model._meta.get_field(name) if isinstance(name, str) else None
            except FieldDoesNotExist:
                return name
            if not isinstance(field, BooleanField):
                return name
            self.words_of[name] = YesOrNo(field)
        return self.words_of[name]

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
    show_full_result_count = False
    has_window = False  # accounts.admin.windows: of tables that grow with the members
    # Filters that an index answers, by their names in the address; () stands for any value.
    indexed_filters: ClassVar[dict[str, tuple[str, ...]]] = {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WindowedChangeList

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (*self.list_filter, *([WindowFilter] if self.has_window else []))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term or not self.search_fields:
            return queryset, False
        return search_rows(queryset, tuple(self.search_fields), search_term), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        filters = self.get_list_filter(request) if request else self.list_filter
        if lookup in [getattr(one, "parameter_name", "") for one in filters]:
            return True  # a filter's own word, which names no column
        names = [name for name in self.list_filter if isinstance(name, str)]
        return any(lookup == name + how for name in names for how in ASKED_BY_FILTERS)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.in_words(self.list_display)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Those that can be changed stay as they are: their form shows a box to tick."""
        readonly = self.get_readonly_fields(request, obj)
        shown = {name: self._in_words(name) for name in self.fields or ()}
        return [words if words in readonly else name for name, words in shown.items()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.in_words(self.fields or ())


class NewestFirstAdmin(ReadOnlyAdmin):
    """A table that grows with the members: newest rows first, read by windows of time."""

    ordering = ("-pk",)
    has_window = True


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """Read-only rows below a row."""

    extra = 0
    can_delete = False
    show_change_link = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.in_words(self.fields or ())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.in_words(self.fields or ())


def mask_key(key: str) -> str:
    """Shorten a hash: enough to tell two apart, too little to look one up."""
    return f"{key[:SHOWN_OF_A_KEY]}…" if key else ""
