"""Paging of long lists without counting: one more row tells whether there is a next page.

Django's Paginator counts all rows for each page. It is right for lists that stay short (friends,
members of a group), or where the figure is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.views.buttons import number_in

MAX_PAGE = 10_000  # the last page: to skip what stands before it costs as much as to read it


def page_number(text: str | None) -> int:
    """From 1; whatever is no number is the first."""
    return min(max(number_in(text), 1), MAX_PAGE)


class UncountedPage:
    """Page `number` (from 1; anything else is the first) of `rows`. Like django.core.paginator.Page
    for templates, without a count.
    """

    def __init__(self, rows: QuerySet[Any], number: str | None, *, size: int) -> None:
        self.number = page_number(number)
        start = (self.number - 1) * size
        found = list(rows[start : start + size + 1])
        self.object_list = found[:size]
        self.has_next = len(found) > size and self.number < MAX_PAGE
        self.has_previous = self.number > 1
        self.has_other_pages = self.has_next or self.has_previous
        self.next_page_number = self.number + 1
        self.previous_page_number = self.number - 1

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)
