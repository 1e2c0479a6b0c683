"""How each network counts a text against its limit.

- "characters", Unicode code points: mixi, Orkut, GNU social, and Misskey (JSON Schema's maxLength).
- "mastodon": characters as readers take them; an address counts 23 whatever its length, a mention
  without its host (StatusLengthValidator in https://github.com/mastodon/mastodon).
- "weighted": X's, at https://docs.x.com/fundamentals/counting-characters and in twitter-text's
  config/v3.json: 2 for most of the world's characters and any emoji, 1 for Latin and its
  neighbours, 23 for an address.
- "graphemes and bytes": Bluesky's 300 graphemes and 3,000 bytes of UTF-8 (app.bsky.feed.post), as
  one number: whichever is nearer its limit, so that 300 is the limit of both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import partial

import regex

from syndication.connectors.text.pieces import Span, graphemes, spans

Count = Callable[[str], int]

ADDRESS = 23  # what X and Mastodon count for an address
BYTES_PER_GRAPHEME = 10  # Bluesky: 3,000 to 300

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # X: these weigh 1, all others 2

_NOT_IN_LINKS_OF_X = regex.compile(r"[^ -~\p{Cyrillic}\u00c0-\u024f\u2013]")

# One emoji with what changes it. © and ® are emoji only where a selector says so.
_ONE = (
    r"(?:\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3|[©®]\ufe0f"
    r"|(?![©®])\p{Extended_Pictographic}(?!\ufe0e)"
    r"(?:\ufe0f?\u20e3|\ufe0f|\p{Emoji_Modifier}|[\U000e0020-\U000e007e]+\U000e007f)?)"
)
# None that is in use joins more than four.
_EMOJI = regex.compile(rf"{_ONE}(?:\u200d{_ONE}){{0,3}}")


def characters(text: str) -> int:
    """Unicode code points."""
    return len(text)


def weighted(text: str) -> int:
    """Count as X does: recomposed text, each emoji 2 however it is composed."""
    text = unicodedata.normalize("NFC", text)
    total, at = 0, 0
    for span in _addresses(text):
        total += _weight(text[at : span.start]) + ADDRESS
        at = span.start + _end_on_x(span.text)
    return total + _weight(text[at:])


def graphemes_and_bytes(text: str) -> int:
    """Count as Bluesky does: the larger of graphemes and a tenth of the bytes, rounded up."""
    size = len(text.encode(errors="surrogatepass"))
    return max(_length(text), -(-size // BYTES_PER_GRAPHEME))


def mastodon_count(reserved: int = ADDRESS) -> Count:
    """Return the count for a server whose `characters_reserved_per_url` is `reserved` (0: not stated).

    Only Mastodon is known to count as it states. Other software states another number or none, and
    counts code points, addresses in full (GoToSocial's validateStatusContent says 25). For
    those each piece counts the most that it could, so that nothing is refused as too long.
    """
    return _mastodon if reserved == ADDRESS else strict_count(reserved)


def strict_count(reserved: int) -> Count:
    """Return a count of code points, mentions in full, an address as no less than `reserved`."""
    return partial(_strictly, reserved)


def _mastodon(text: str) -> int:
    total, at = 0, 0
    for span in spans(text):
        shown = _shown_on_mastodon(text, span)
        if shown is not None:
            total += _length(text[at : span.start]) + shown
            at = span.end
    return total + _length(text[at:])


def _shown_on_mastodon(text: str, span: Span) -> int | None:
    """Return the length counted for `span`, None for its own."""
    if span.kind == "address" and span.has_scheme and span.is_linked:
        return ADDRESS
    if span.kind == "mention" and "@" in span.value and not _stands_in_word(text, span.start):
        return 1 + span.value.index("@")
    return None


def _strictly(reserved: int, text: str) -> int:
    short = (reserved - len(span.text) for span in _addresses(text))
    return len(text) + sum(more for more in short if more > 0)


def _stands_in_word(text: str, start: int) -> bool:
    """Whether a character (Japanese ones, too) precedes: then Mastodon sees no mention."""
    return start > 0 and regex.match(r"[\w=/]", text[start - 1]) is not None


def _addresses(text: str) -> Iterable[Span]:
    return (span for span in spans(text) if span.kind == "address" and span.is_linked)


def _end_on_x(address: str) -> int:
    """Return where X ends a link: after the host, at the first letter outside its few alphabets."""
    path = regex.search(r"(?<!/)/(?!/)", address)
    found = _NOT_IN_LINKS_OF_X.search(address, path.start()) if path else None
    return found.start() if found else len(address)


def _weight(text: str) -> int:
    emoji = sum(1 for _ in _EMOJI.finditer(text))
    return 2 * emoji + sum(1 if _is_light(char) else 2 for char in _EMOJI.sub("", text))


def _is_light(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _LIGHT)


def _length(text: str) -> int:
    return sum(1 for _ in graphemes(text))


UNITS: Mapping[str, Count] = {
    "characters": characters,
    "mastodon": mastodon_count(),
    "weighted": weighted,
    "graphemes and bytes": graphemes_and_bytes,
}
