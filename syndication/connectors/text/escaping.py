"""Take the sign off names in a text, so that no network makes mentions of them. Pure.

"@taro" becomes "taro": on another server the name would be a stranger's, who would then be told. A sign
that stays apart ("@ taro") reads badly in Japanese, an invisible character behind it is a box on old phones, and
X takes the full-width ＠ as a sign, too.
"""

from __future__ import annotations

from collections.abc import Callable

import regex

from syndication.connectors.text.pieces import spans

_PART = r"[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*+"
# Wherever any network would see a mention; they disagree about what may precede it. Behind a character only the
# second sign makes one.
_NAME = regex.compile(
    rf"(?:(?<![A-Za-z0-9@＠])|(?<=[A-Za-z0-9][@＠]))[@＠]+({_PART}(?:@{_PART}(?::[0-9]+)?)?)"
)
# Within an address; Mastodon looks for names there, too, but not behind these.
_IN_ADDRESS = regex.compile(r"(?<![A-Za-z0-9/=])@(?=[A-Za-z0-9_])")
_FACE = regex.compile(r"[_.@-]+")  # (@_@)


def escape_mentions(text: str, keeps: Callable[[str], bool]) -> str:
    """Return `text` without the sign of each name but those that `keeps` keeps, which it gets as "taro" or
    "taro@server". Addresses stay what they are."""
    at, parts = 0, []
    for span in spans(text):
        if span.kind == "address":
            address = _IN_ADDRESS.sub("%40", span.text)
            parts += [_escaped(text[at : span.start], keeps), address]
            at = span.end
    return "".join(parts) + _escaped(text[at:], keeps)


def is_whole_handle(name: str, *, is_dotted: bool = True) -> bool:
    """Whether "taro@server" is a handle typed whole; with `is_dotted` "taro.bsky.social" is one, too."""
    return "@" in name.strip("@") or (is_dotted and "." in name)


def _escaped(text: str, keeps: Callable[[str], bool]) -> str:
    def said(found: regex.Match[str]) -> str:
        name = found[1]
        return str(found[0] if _FACE.fullmatch(name) or keeps(name) else name)

    escaped = str(_NAME.sub(said, text))
    return escaped if escaped == text else _escaped(escaped, keeps)  # "@_@taro" hides another
