"""Long texts on small pages: an excerpt for lists, pages for reading.

A cut never falls inside what a reader sees as one character: a character with its marks, a flag, a
family of emoji held together by joiners.
"""

from __future__ import annotations

import regex

PAGE_LENGTH = 850  # characters; three bytes each in Japanese

_CHARACTER = regex.compile(r"\X")  # an extended grapheme cluster of Unicode's annex 29


def cut_to_line(text: str, length: int) -> tuple[str, bool]:
    """The first `length` characters on one line, and whether anything was left out."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line, False
    return line[: cut_position(line, length)].rstrip(), True


def split_into_pages(text: str, length: int = PAGE_LENGTH) -> list[str]:
    """`text` in pages of `length` characters at most, cut after a paragraph or a sentence."""
    cut: list[str] = []
    while len(text) > length:
        at = _preferred_cut(text, length)
        cut.append(text[:at].rstrip("\n"))
        text = text[at:].lstrip("\n")
    return [*cut, text]


def cut_position(text: str, at: int) -> int:
    """The last place at or before `at` where `text` may be cut; `at` itself if there is none."""
    whole = 0
    for match in _CHARACTER.finditer(text):
        if match.end() > at:
            return whole or at
        whole = match.end()
    return at


def _preferred_cut(text: str, length: int) -> int:
    """After the last paragraph, sentence or word of the second half; else anywhere that is whole."""
    for mark in ("\n", "。", ". ", " "):
        found = text.rfind(mark, length // 2, length)
        if found >= 0:
            return found + len(mark)
    return cut_position(text, length)
