"""Compare a text as sent with the text that a server shows, ignoring what servers rewrite.

Servers of one API differ. Mentions lose their host, a full-width ＃ becomes #, addresses are shortened,
Markdown becomes lists and emphasis, `:cat:` becomes a picture. `comparable_core` drops all
of these on both sides; `may_be_rewritten` tells where a server could change more than that, so that a
text that is not found may exist all the same.
"""

from __future__ import annotations

import regex

from syndication.connectors.text.pieces import Span, spans
from syndication.connectors.text.writing import normalise

_SIGNS = str.maketrans("＃＠", "#@")
# Markdown's own, and what typographers make of quotes, dashes and dots.
_MARKS = regex.compile(r"""[!"#$%&'()*+,./:;<=>?\[\\\]^_`{|}~“”‘’‹›«»…•–—\s-]""")
# Of a numbered list. Blanks of one line alone: with line breaks among them, each empty line would be
# read to the end of all, and a text of nothing else takes hours.
_NUMERAL = regex.compile(r"(?m)^[^\S\n]*\d{1,3}[.)]\s")
_MARKDOWN = regex.compile(
    r"(?m)^\s{0,3}(?:[-*+•]\s|>|\#{1,6}\s|\d{1,3}[.)]\s|```|~~~|\||={3,}\s*$|(?:[-*_]\s*){3,}$)"
    r"|([*_~`]{1,3})(?=\S).+?\1"  # emphasis, code
    r"|\]\(|\\|<|&(?:\#|\w+;)|\((?:c|r|tm)\)"
    r"|(?<!\w)[:;=x][-']?[)(dpo3](?!\w)",  # a face
    regex.IGNORECASE,
)


def comparable_core(text: str) -> str:
    """Return the part of `text` that no server rewrites, for comparison only; "" for an address alone."""
    lines = _NUMERAL.sub("", text.translate(_SIGNS))
    kept, at = "", 0
    for span in spans(lines):
        kept += lines[at : span.start] + _kept(span)
        at = span.end
    return _MARKS.sub("", normalise(kept + lines[at:])).casefold()


def may_be_rewritten(text: str) -> bool:
    """Whether a server may rewrite `text` beyond what `comparable_core` drops. Addresses alone do not
    count: it drops them."""
    if "＃" in text or "＠" in text:
        return True
    found, plain, at = False, "", 0
    for span in spans(text):
        found = found or span.kind in ("mention", "shortcode")
        plain += text[at : span.start] if span.kind == "address" else text[at : span.end]
        at = span.end
    return found or _MARKDOWN.search(plain + text[at:]) is not None


def _kept(span: Span) -> str:
    if span.kind in ("address", "shortcode"):
        return " "
    if span.kind == "mention":
        return "@" + span.value.partition("@")[0]
    return span.text
