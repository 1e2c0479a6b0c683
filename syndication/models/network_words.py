"""What a network said, as far as its members can read it: no JSON, no page of HTML."""

from __future__ import annotations

_MARKUP = ("{", "[", "<")  # that answers of machines begin with


def readable_words(words: str) -> str:
    """`words`, or "" where they are an answer for machines."""
    return "" if words.lstrip().startswith(_MARKUP) else words
