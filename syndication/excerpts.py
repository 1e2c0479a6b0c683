"""Long texts on small pages: an excerpt for lists, pages for reading.

A cut never falls inside what a reader sees as one character: a letter with its marks, a flag, a
family of emoji held together by joiners.
"""

from __future__ import annotations

import unicodedata

JOINER = "\u200d"
PAGE_LENGTH = 1000  # characters; three bytes each in Japanese


def excerpt(text: str, length: int) -> tuple[str, bool]:
    """The first `length` characters on one line, and whether anything was left out."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line, False
    return line[: boundary(line, length)].rstrip(), True


def pages(text: str, length: int = PAGE_LENGTH) -> list[str]:
    """`text` in pages of `length` characters at most, cut after a paragraph or a sentence."""
    cut: list[str] = []
    while len(text) > length:
        at = _good_place(text, length)
        cut.append(text[:at].rstrip("\n"))
        text = text[at:].lstrip("\n")
    return [*cut, text]


def boundary(text: str, at: int) -> int:
    """The last place at or before `at` where `text` may be cut; `at` itself if there is none."""
    for place in range(at, 0, -1):
        if not _holds_together(text, place):
            return place
    return at


def _good_place(text: str, length: int) -> int:
    """After the last paragraph, sentence or word of the second half; else anywhere that is whole."""
    for mark in ("\n", "。", ". ", " "):
        found = text.rfind(mark, length // 2, length)
        if found >= 0:
            return found + len(mark)
    return boundary(text, length)


def _holds_together(text: str, place: int) -> bool:
    """Whether the characters before and after `place` are shown as one."""
    before, after = text[place - 1], text[place] if place < len(text) else ""
    if not after:
        return False
    if JOINER in (before, after) or _extends(after):
        return True
    return _is_flag_half(after) and _flag_halves_before(text, place) % 2 == 1


def _extends(char: str) -> bool:
    """Marks, variation selectors, keycap and tag characters, skin tones."""
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves_before(text: str, place: int) -> int:
    count = 0
    while count < place and _is_flag_half(text[place - 1 - count]):
        count += 1
    return count
