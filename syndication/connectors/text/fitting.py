"""Making a text fit: whole where it can, else cut between two pieces and never within one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from syndication.connectors.text.counting import Count, characters
from syndication.connectors.text.pieces import atoms, spans

ELLIPSIS = "…"


class TextDoesNotFit(ValueError):
    """It does not fit, and may not or cannot be cut."""


@dataclass(frozen=True)
class Fitted:
    """A text within its limit, and whether something was left out for that."""

    text: str
    is_cut: bool


def cut(text: str, limit: int, count: Count = characters) -> str:
    """The longest beginning of `text` that counts at most `limit`, without white space at its end."""
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
    """`text` and `tail` where they fit whole; else the text cut, an ellipsis and `cut_tail`.

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
    """Behind an address there is a space: Mastodon takes an ellipsis for a part of its path."""
    last = next(iter(deque(spans(kept), maxlen=1)), None)
    is_behind_address = last is not None and last.kind == "address" and last.end == len(kept)
    return f"{kept} {ending}" if is_behind_address else kept + ending


def _longest(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning that `fits`, by halving: a count may cost as much as the text is long."""
    ends = list(accumulate(len(atom) for atom in atoms(text)))
    low, high = 0, len(ends)  # that `low` pieces fit is known, or nothing is kept
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[: ends[middle - 1]].rstrip()):
            low = middle
        else:
            high = middle - 1
    return text[: ends[low - 1]].rstrip() if low else ""
