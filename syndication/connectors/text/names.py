"""Names of members in a text: "@taro", as this site writes them. Pure.

A whole handle (@taro@server, @taro.bsky.social) is none, nor is what stands in an address or in a mail
address: those are for the networks alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from syndication.connectors.text.pieces import Span, spans

_LOCAL_NAME = re.compile(r"[@＠][A-Za-z][A-Za-z0-9_]{1,29}")  # as usernames are
_IN_WORD = re.compile(r"\w")


def local_names(text: str) -> list[str]:
    """Return the names in `text` as typed ("@taro", "@Taro"), each once, in order."""
    return list(dict.fromkeys(span.text for span in _names(text)))


def with_names(
    text: str, mentions: Mapping[str, str], plain: Callable[[str], str] | None = None
) -> str:
    """Return `text` with the handle that `mentions` has for a name in its place.

    Other names become `plain(name)`, or stay. A handle next to a character gets a blank between: some
    servers would read "@taro@serverさん" as a host of that name, and "は@taro@server" as no mention.
    """
    at, parts = 0, []
    for span in _names(text):
        handle = mentions.get(span.text)
        said = _set_apart(text, span, handle) if handle else _said(span.text, plain)
        parts += [text[at : span.start], said]
        at = span.end
    return "".join(parts) + text[at:]


def _names(text: str) -> Iterator[Span]:
    for span in spans(text):
        if span.kind == "mention" and _LOCAL_NAME.fullmatch(span.text):
            yield span


def _set_apart(text: str, span: Span, handle: str) -> str:
    before = " " if _IN_WORD.match(text[span.start - 1 : span.start]) else ""
    after = " " if _IN_WORD.match(text[span.end : span.end + 1]) else ""
    return f"{before}{handle}{after}"


def _said(name: str, plain: Callable[[str], str] | None) -> str:
    return plain(name) if plain is not None else name
