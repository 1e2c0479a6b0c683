r"""Text without bidirectional controls and invisible characters. Pure.

A name of U+3164 alone looks like no name at all, and U+202E turns the words after it around, so that
one account can pass for another (Unicode TR 36, section 2.5; TR 39, section 3). What some scripts and
emoji are written with stays: joiners between characters of Arabic or Indic scripts, U+200B between characters
of Thai or Khmer, variation selectors behind a character that they select, the tags of a flag.

A space is not written here as it stands: `\u3000` is a space of Japanese and stays.
"""

from __future__ import annotations

import re

_PICTOGRAPHS = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
_JOINING = "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18aa\u1a20-\u1cff\ua840-\uabff\ufb50-\ufdff\ufe70-\ufefc"
_VIRAMAS = (
    "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u103a\u17d2\u1b44\ua9c0"
)
_WITHOUT_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_RULES = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f"  # a flag of a part of a country
    rf"|(?<=[^\s{_HIDDEN}])[{_SELECTORS}]"
    "|(?<=[\u1820-\u18aa])[\u180b-\u180f]"
    f"|(?<=[{_PICTOGRAPHS}\ufe0f\U000e007f])\u200d(?=[{_PICTOGRAPHS}])"
    f"|(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])|(?<=[{_VIRAMAS}])[\u200c\u200d]"
    f"|(?<=[{_WITHOUT_SPACES}])\u200b(?=[{_WITHOUT_SPACES}])"
    f")|[{_HIDDEN}]"
)
_BLANKS = re.compile(r"\s+")  # one step for a run of them: "\s*\n" would try each of 100 KB anew
_BREAK = re.compile(r"[\t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]")
_EMPTY = re.compile("[\\s\u2800]*")  # U+2800 is braille for nothing


def visible_text(text: str) -> str:
    """Remove invisible characters; "" where nothing visible is left. Lines stay."""
    if text.isascii() and text.isprintable():
        return text
    shown = _RULES.sub(_kept_group, text)
    return "" if _EMPTY.fullmatch(shown) else shown


def visible_line(text: str) -> str:
    """As `visible_text`, on one line, without controls and surrounding blanks."""
    return visible_text(_CONTROLS.sub("", _BLANKS.sub(_on_one_line, text))).strip()


def _kept_group(found: re.Match[str]) -> str:
    return found[1] or ""


def _on_one_line(blanks: re.Match[str]) -> str:
    return " " if _BREAK.search(blanks[0]) else blanks[0]
