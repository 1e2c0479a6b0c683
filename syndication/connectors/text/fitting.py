"""Fit a text into a limit: whole where possible, else cut between two pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from syndication.connectors.text.counting import Count, characters
from syndication.connectors.text.pieces import atoms, spans

ELLIPSIS = "…"


class TextDoesNotFit(ValueError):
    """The text does not fit, and may not or cannot be cut."""


@dataclass(frozen=True)
class Fitted:
    """A text within its limit; `is_cut`: something was left out."""

    text: str
    is_cut: bool


def cut(text: str, limit: int, count: Count = characters) -> str:
    """Return the longest beginning of `text` within `limit`, without trailing white space."""
    return _longest(text, lambda kept: count(kept) <= limit)


def fit(  # noqa: PLR0913 - one text, its limit, and what stands behind it in either case
    text: str,
    limit: int,
    *,
    tail: str = "",
    cut_tail: str = "",
    gap: str = " ",
    count: Count = characters,
) -> Fitted:
    """Return `text` and `tail` where both fit; else the cut text, an ellipsis and `cut_tail`.

    Neither tail is ever cut. Raises TextDoesNotFit where it does not fit and `cut_tail` is "" (then it may
    not be cut), or where not even `cut_tail` fits.
    """
    whole = gap.join(part for part in (text, tail) if part)
    if count(whole) <= limit:
        return Fitted(whole, is_cut=False)
    if not cut_tail or count(cut_tail) > limit:
        raise TextDoesNotFit
    ending = ELLIPSIS + gap + cut_tail
    kept = _longest(text, lambda kept: count(_with(kept, ending)) <= limit)
    return Fitted(_with(kept, ending) if kept else cut_tail, is_cut=bool(text))


def _with(kept: str, ending: str) -> str:
    """Join with a space after an address: Mastodon would take an ellipsis as part of its path."""
    last = next(iter(deque(spans(kept), maxlen=1)), None)
    is_behind_address = last is not None and last.kind == "address" and last.end == len(kept)
    return f"{kept} {ending}" if is_behind_address else kept + ending


def _longest(text: str, fits: Callable[[str], bool]) -> str:
    """Return the longest beginning that `fits`, by bisection: counting takes linear time."""
    ends = list(accumulate(len(atom) for atom in atoms(text)))
    low, high = 0, len(ends)  # `low` pieces are known to fit, or none
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[: ends[middle - 1]].rstrip()):
            low = middle
        else:
            high = middle - 1
    return text[: ends[low - 1]].rstrip() if low else ""
