"""Emoji as names, for phones that lack the picture: 〔にっこり笑う〕, 〔grinning face〕.

The brackets are ones that people rarely type, so that a name in them that a phone sends back can
become the emoji again. Japanese names are Unicode's (CLDR), English ones those of the characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

_NAMES = Path(__file__).with_name("emoji_names_ja.txt")
_JOINER = "\u200d"
_AND = " + "
_COUNTRY = {chr(ord("A") + at): chr(0x1F1E6 + at) for at in range(26)}
_LETTER = {sign: letter for letter, sign in _COUNTRY.items()}
_BRACKETED = re.compile("〔([^〔〕]{1,80})〕")


def emoji_to_name(sign: str, *, in_japanese: bool) -> str:
    """Return the name of `sign` in brackets; "" if it is no emoji. `sign` has no variation selector.

    In English a flag is its country's two characters, and a sequence the names of its parts.
    """
    name = _japanese().get(sign, "")
    if name and not in_japanese:
        name = _in_english(sign) or name
    return f"〔{name}〕" if name else ""


def names_to_emoji(text: str) -> str:
    """Replace each bracketed emoji name by the emoji; other brackets stay."""
    return _BRACKETED.sub(lambda found: _sign_of(found[1]) or found[0], text)


def _in_english(sign: str) -> str:
    if all(letter in _COUNTRY.values() for letter in sign):
        return "".join(_LETTER[letter] for letter in sign)
    try:
        return _AND.join(unicodedata.name(part).lower() for part in sign.split(_JOINER))
    except (ValueError, TypeError):  # newer than Python's table, or more than one character
        return ""


def _sign_of(name: str) -> str:
    if sign := _signs().get(name):
        return sign
    try:
        if name == name.lower():
            sign = _JOINER.join(unicodedata.lookup(part) for part in name.split(_AND))
        else:
            sign = "".join(_COUNTRY[letter] for letter in name)
    except KeyError:
        return ""
    return sign if sign in _japanese() else ""


@cache
def _japanese() -> dict[str, str]:
    lines = _NAMES.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if not line.startswith("#"))


@cache
def _signs() -> dict[str, str]:
    return {name: sign for sign, name in _japanese().items()}
