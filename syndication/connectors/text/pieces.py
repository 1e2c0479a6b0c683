"""Split a text into graphemes, addresses, mentions, hashtags and shortcodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

import regex

from syndication.connectors.text.addresses import LONGEST as MAX_ADDRESS_LENGTH
from syndication.connectors.text.addresses import as_uri, end_of_address, is_one_word

SpanKind = Literal["address", "mail", "mention", "tag", "shortcode"]
_Whole = tuple[SpanKind | Literal["word"], int, int, bool]

LONGEST = 200  # characters of a mention, a tag or a shortcode; longer is running text

_WORDS = r"[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*+"
_BEGINNING = regex.compile(
    # user@host, as in mail
    rf"(?P<mail>(?<![A-Za-z0-9@＠._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]*+@{_WORDS})"
    # An address, by its scheme or by what could be a host. The rest of it is read by hand.
    r"|(?P<address>(?<![A-Za-z0-9@＠$#＃])"
    r"(?:(?i:https?)://|(?<![._/-])[A-Za-z0-9][A-Za-z0-9-]*+\.(?=[A-Za-z0-9])))"
    # @hanako, @hanako@example.org, @hanako.bsky.social
    rf"|(?P<mention>(?<![A-Za-z0-9_!#$%&*@＠/=.])[@＠]{_WORDS}(?:@{_WORDS})?)"
    # #花見, but neither the keycap #️⃣ nor #1
    r"|(?P<tag>(?<![\w&/])[#＃](?![\ufe0f\u20e3])(?=[\w·・〜～]*?\p{L})[\w·・〜～]+)"
    # :blobcat:, but not 12:30:45
    r"|(?P<shortcode>(?<![A-Za-z0-9:]):[A-Za-z0-9_+-]+(?:@[A-Za-z0-9.-]+)?:(?![A-Za-z0-9:]))"
)
# What any network takes as a mention: they disagree about what may precede it.
_NAMED = regex.compile(r"(?<![A-Za-z0-9])[@＠](?=[A-Za-z0-9_])")
_NAMED_BY_NONE = regex.compile(r"[/=]@")  # within an address
_DOTTED = regex.compile(r"[A-Za-z0-9_+-]*(?:\.+[A-Za-z0-9_+-]+)*+@?")
_GRAPHEME = regex.compile(r"\X")  # an extended grapheme cluster of Unicode's annex 29


@dataclass(frozen=True)
class Span:
    """A piece of a text, with half-open offsets in characters and in bytes of UTF-8.

    For addresses: `is_linked`, whether networks detect it, and `is_in_word`, whether X detects one that
    no writer means (`addresses.is_one_word`).
    """

    kind: SpanKind
    text: str
    start: int
    end: int
    byte_start: int
    byte_end: int
    is_linked: bool = True
    is_in_word: bool = False

    @property
    def has_scheme(self) -> bool:
        return self.kind == "address" and "://" in self.text[:8]

    @property
    def value(self) -> str:
        """Return the address, the handle without @, or the tag without #."""
        if self.kind == "address":
            return self.text if self.has_scheme else f"https://{self.text}"
        if self.kind in ("mention", "tag"):
            return self.text[1:]
        return self.text.strip(":")


def spans(text: str) -> Iterator[Span]:
    """Yield the addresses, mentions, hashtags and shortcodes of `text`, in order, not nested."""
    at, byte = 0, 0
    for kind, start, end, is_linked in _wholes(text):
        if kind != "word":
            byte_start = byte + _bytes(text[at:start])
            at, byte = end, byte_start + _bytes(text[start:end])
            yield Span(
                kind,
                text[start:end],
                start,
                end,
                byte_start,
                byte,
                is_linked,
                is_in_word=kind == "address"
                and "://" not in text[start : start + 8]
                and is_one_word(text, start, end),
            )


def with_uris(text: str) -> str:
    """Return `text` with each non-ASCII address in its ASCII form."""
    if text.isascii():
        return text
    at, pieces = 0, []
    for span in spans(text):
        if span.kind == "address" and not span.is_in_word:
            pieces += [text[at : span.start], as_uri(span.text)]
            at = span.end
    return "".join(pieces) + text[at:]


def names_somebody(text: str) -> bool:
    """Whether any network could take part of `text` as a mention; rather a false positive."""
    for span in spans(text):
        if span.has_scheme and "@" in span.text:
            text = text.replace(span.text, _NAMED_BY_NONE.sub("", span.text))
    return _NAMED.search(text) is not None


def graphemes(text: str) -> Iterator[str]:
    """Yield the grapheme clusters of `text`."""
    return (match.group() for match in _GRAPHEME.finditer(text))


def atoms(text: str) -> Iterator[str]:
    """Yield the pieces of `text` that are never split: spans, words with dots, graphemes.

    A word with dots, because its beginning may be an address where the whole is none: `a.comma`, cut
    to `a.co`, would become a link.
    """
    wholes = _wholes(text)
    whole = next(wholes, None)
    start = 0
    for match in _GRAPHEME.finditer(text):
        while whole is not None and whole[2] <= match.start():
            whole = next(wholes, None)
        if whole is not None and whole[1] < match.end() < whole[2]:
            continue  # continued by the next grapheme
        yield text[start : match.end()]
        start = match.end()


def _wholes(text: str) -> Iterator[_Whole]:
    """Yield kind, start, end and `is_linked` of each span, and of words with dots."""
    at = 0
    while match := _BEGINNING.search(text, at):
        kind: SpanKind | Literal["word"] = cast(SpanKind, match.lastgroup)
        start, end, is_linked = match.start(), match.end(), True
        if kind == "address":
            found = end_of_address(text, start)
            if found is None:
                kind, found = "word", (_end_of_word(text, start), False)
            end, is_linked = found
            if end - start > MAX_ADDRESS_LENGTH:
                kind = "word"
        at = max(end, match.end())
        if kind == "address" or end - start <= LONGEST:
            yield kind, start, end, is_linked


def _end_of_word(text: str, start: int) -> int:
    match = _DOTTED.match(text, start)
    return match.end() if match else start


def _bytes(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))
