"""Text on its way to a network and back: clean it, count it, fit it, compare it. Pure.

Each network counts in its own unit; `UNITS` names the ways of counting, and a connector's
`Limits.unit` picks one. Nothing here is cut inside an address, a mention or what a reader takes
for one character.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Count = Callable[[str], int]

UNITS: Mapping[str, Count] = {
    "characters": len,  # Unicode code points
}

ELLIPSIS = "…"

_WHOLE = re.compile(r"https?://[!-~]+|@[A-Za-z0-9_]+(?:@[A-Za-z0-9.-]+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_ZWJ = "\u200d"


class TooLong(ValueError):
    """It does not fit, and may not or cannot be cut."""


@dataclass(frozen=True)
class Fitted:
    """A text within its limit, and whether something was left out for that."""

    text: str
    is_cut: bool


def clean(text: str) -> str:
    """`text` as it may stand in a request: line ends as \\n, no controls, no lone surrogates."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", lines.replace("\u2028", "\n").replace("\u2029", "\n")).strip()


def normalise(text: str) -> str:
    """What two texts are compared by: networks escape, recompose, trim and re-wrap on their way."""
    plain = unicodedata.normalize("NFC", html.unescape(text))
    return " ".join(plain.replace("\ufe0e", "").replace("\ufe0f", "").split())


def graphemes(text: str) -> Iterator[str]:
    """`text` in pieces that a reader takes for one character each.

    The part of Unicode's annex 29 that shows: combining marks, emoji with skin, joined emoji,
    flags, keycaps, Hangul jamo, half-width voice marks, CR LF.
    """
    cluster = ""
    for char in text:
        if cluster and not _belongs(char, cluster):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def atoms(text: str) -> Iterator[str]:
    """`text` in the pieces that are kept or left out whole: addresses, mentions, graphemes."""
    start = 0
    for match in _WHOLE.finditer(text):
        yield from graphemes(text[start : match.start()])
        yield match.group()
        start = match.end()
    yield from graphemes(text[start:])


def cut(text: str, limit: int, count: Count = len) -> str:
    """The longest beginning of `text` that counts at most `limit`, without white space at its end."""
    kept = ""
    for atom in atoms(text):
        if count(kept + atom) > limit:
            break
        kept += atom
    return kept.rstrip()


def fit(  # noqa: PLR0913 - one text, its limit, and what stands behind it in either case
    text: str,
    limit: int,
    *,
    tail: str = "",
    cut_tail: str = "",
    gap: str = " ",
    count: Count = len,
) -> Fitted:
    """`text` and `tail` where they fit whole; else the text cut, an ellipsis and `cut_tail`.

    Neither tail is ever cut. Raises TooLong where it does not fit and `cut_tail` is "" (then it may
    not be cut), or where not even `cut_tail` fits.
    """
    whole = gap.join(part for part in (text, tail) if part)
    if count(whole) <= limit:
        return Fitted(whole, is_cut=False)
    if not cut_tail or count(cut_tail) > limit:
        raise TooLong
    ending = ELLIPSIS + gap + cut_tail
    kept = cut(text, limit - count(ending), count)
    return Fitted(kept + ending if kept else cut_tail, is_cut=bool(text))


def _belongs(char: str, cluster: str) -> bool:
    """Whether `char` continues `cluster` rather than beginning a new one."""
    last = cluster[-1]
    if _extends(char) or (last == "\r" and char == "\n"):
        return True
    if last == _ZWJ:
        return len(cluster) > 1
    return _is_flag(char) and len(cluster) == 1 and _is_flag(last)


def _extends(char: str) -> bool:
    point = ord(char)
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char in {_ZWJ, "\u200c", "\uff9e", "\uff9f"}
        or 0x1F3FB <= point <= 0x1F3FF  # skin
        or 0xE0020 <= point <= 0xE007F  # tags, as in the flag of Scotland
        or 0x1160 <= point <= 0x11FF  # Hangul vowels and finals
    )


def _is_flag(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF
