"""Pages of a list that may be long: whether there are more is seen by reading one row more.

Django's Paginator counts all rows for each page. It is right for lists that stay short (friends,
members of a group), or where the figure is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.views.buttons import number_in

LAST = 10_000  # the last page: to skip what stands before it costs as much as to read it


def page_number(text: str | None) -> int:
    """From 1; whatever is no number is the first."""
    return min(max(number_in(text), 1), LAST)


class Uncounted:
    """Page `number` of `rows`. To templates like
    django.core.paginator.Page, but that nobody knows how many there are."""

    def __init__(self, rows: QuerySet[Any], number: str | None, *, size: int) -> None:
        self.number = page_number(number)
        start = (self.number - 1) * size
        found = list(rows[start : start + size + 1])
        self.object_list = found[:size]
        self.has_next = len(found) > size and self.number < LAST
        self.has_previous = self.number > 1
        self.has_other_pages = self.has_next or self.has_previous
        self.next_page_number = self.number + 1
        self.previous_page_number = self.number - 1

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)
