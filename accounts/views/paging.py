"""Paging of long lists without counting: one more row tells whether there is a next page.

Django's Paginator counts all rows for each page. It is right for lists that stay short (friends,
members of a group), or where the figure is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

    def __init__(
        self,
        rows: QuerySet[Any] | Callable[[int, int], list[Any]],
        number: str | None,
        *,
        size: int,
    ) -> None:
        """`rows` may be a function, of the first row that is wanted and the first that is not."""
        self.number = page_number(number)
        start, stop = (self.number - 1) * size, self.number * size + 1
        found = rows(start, stop) if callable(rows) else list(rows[start:stop])
        self.object_list = found[:size]
        self.has_next = len(found) > size and self.number < MAX_PAGE
        self.has_previous = self.number > 1
        self.has_other_pages = self.has_next or self.has_previous
        self.next_page_number = self.number + 1
        self.previous_page_number = self.number - 1

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)
