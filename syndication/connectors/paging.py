"""Lists that come in pages: as many entries as one answer holds, and one page behind the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from syndication.connectors.errors import AnswerTooLarge

Answer = TypeVar("Answer")


def with_fewer_entries(counts: Sequence[int], ask: Callable[[int], Answer]) -> Answer:
    """The answer to `ask` for as many entries as one answer holds: the first of `counts` that does.

    Forty long posts can be more than what is read of one answer; asked for again and again, they would
    bring nothing for ever. Raises AnswerTooLarge where even the last of `counts` is too many.
    """
    for count in counts[:-1]:
        try:
            return ask(count)
        except AnswerTooLarge:
            continue
    return ask(counts[-1])


def halved_counts(most: int) -> list[int]:
    """`most`, and half as many each time, down to one."""
    return [most >> shift for shift in range(most.bit_length())]


def follow_pages(
    page: Callable[[str], tuple[Answer, str]], start: str, *, most: int
) -> Iterator[tuple[Answer, str]]:
    """The pages of a list, at most so many, each with where the next begins ("" on the last). `page` gives
    what begins at such a place, and the next one."""
    at, seen = start, {start}
    for _ in range(most):
        found, at = page(at)
        if at in seen:
            at = ""
        seen.add(at)
        yield found, at
        if not at:
            return
