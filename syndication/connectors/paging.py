"""Paginated lists: page sizes that fit into one answer, and following pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from syndication.connectors.errors import ResponseTooLarge

_Page = TypeVar("_Page")


def with_fewer_entries(counts: Sequence[int], ask: Callable[[int], _Page]) -> _Page:
    """Call `ask` with each of `counts` until an answer fits into the size limit.

    Forty long posts can exceed the limit of one answer; the same request would then fail for ever.
    Raises ResponseTooLarge where even the last of `counts` is too many.
    """
    for count in counts[:-1]:
        try:
            return ask(count)
        except ResponseTooLarge:
            continue
    return ask(counts[-1])


def halved_counts(most: int) -> list[int]:
    """Return `most` and its halves, down to 1."""
    return [most >> shift for shift in range(most.bit_length())]


def follow_pages(
    page: Callable[[str], tuple[_Page, str]], start: str, *, most: int
) -> Iterator[tuple[_Page, str]]:
    """Yield at most `most` pages of a list, each with the start of the next ("" on the last). `page` returns
    the page at a start, and the next start."""
    at, seen = start, {start}
    for _ in range(most):
        found, at = page(at)
        if at in seen:
            at = ""
        seen.add(at)
        yield found, at
        if not at:
            return
