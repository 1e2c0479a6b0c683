"""Decoration mail as text: what its HTML says, without how it looks.

One pass over tokens; no tree is built, and an element that is never closed costs nothing.
"""

from __future__ import annotations

import re
from html import unescape

LONGEST = 200_000  # characters of HTML; docomo's decoration mails hold 10,000 bytes

_TOKEN = re.compile(r"<!--|-->|<(/?)([a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|[^<-]+|<|-")
_BREAKS = {"br", "div", "p", "tr", "li", "ul", "ol", "dt", "dd", "table", "hr", "blockquote", "pre"}
_BREAKS |= {f"h{rank}" for rank in range(1, 7)}
_SILENT = {"script", "style", "head", "title", "noscript"}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def text_of_html(html: str) -> str:
    """The words of a page, a line for each of its blocks."""
    words: list[str] = []
    silent = ""  # the element, or "--" for a comment, whose end is waited for
    for found in _TOKEN.finditer(html[:LONGEST]):
        piece, (closes, name) = found[0], found.groups()
        name = (name or "").lower()
        if silent:
            if piece == "-->" if silent == "--" else closes and name == silent:
                silent = ""
        elif piece == "<!--":
            silent = "--"
        elif name in _SILENT:
            silent = "" if closes else name
        elif name in _BREAKS:
            words.append("\n")
        elif not name:
            words.append(_SPACES.sub(" ", piece))
    lines = "".join(words).split("\n")
    text = "\n".join(unescape(line).replace("\xa0", " ").strip(" ") for line in lines)
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def shown_pictures(html: str) -> set[str]:
    """The Content-IDs that a page shows in itself: ornaments, mostly."""
    return set(re.findall(r"\bcid:([^\s\"'<>)]{1,250})", html[:LONGEST], re.I))
