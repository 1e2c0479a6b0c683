"""Encode text for old phones: cp932, the carrier's pictograms, and names for other emoji.

In this order: the carrier's pictogram; a twin that looks the same (～ for 〜); the character itself;
the emoji's name in brackets; a numeric reference. decoding.py reverses each of them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from profilelink.phone.carriers import Carrier
from profilelink.phone.decoding import CODEC, is_private_letter
from profilelink.phone.emoji_names import emoji_to_name
from profilelink.phone.pictograms import GETA, pictograms_of

# Signs that cp932 lacks, with what stands for them: the twins that Windows chose, then lookalikes.
_TWINS = {
    "〜": "～", "‖": "∥", "−": "－", "¢": "￠", "£": "￡", "¬": "￢", "¥": "￥", "‾": "￣",
    "—": "―", "–": "-", "‑": "-", "•": "・", "·": "・", "«": "≪", "»": "≫",
    "©": "(C)", "®": "(R)", "™": "(TM)", "‼": "!!", "⁉": "!?", "ℹ": "i",
    "\u2002": " ", "\u2003": "　", "\u2005": " ", "\u2009": " ", "\u202f": " ",
}  # fmt: skip

_SELECTORS = "\ufe0e\ufe0f"
_TONES = "\U0001f3fb-\U0001f3ff"
_KEYCAP = re.compile(f"([0-9#*])[{_SELECTORS}]?\u20e3")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
# Characters that cp932 has all of, or that are rare enough to be looked at one by one.
_PLAIN = "\x00-\x7f\u3001-\u3003\u3005-\u3015\u3041-\u3093\u30a1-\u30f6\u30fb-\u30fe"
_ONE = f"[^{_PLAIN}][{_SELECTORS}{_TONES}\U000e0020-\U000e007f]*"
_SPECIAL = re.compile(f"{_KEYCAP.pattern}|{_FLAG.pattern}|{_ONE}(?:\u200d{_ONE})*")
_MARKS = re.compile(f"[{_SELECTORS}]")
_TONE = re.compile(f"(?<=.)[{_TONES}]")
# Joiners, directions, selectors of kanji variants: nothing to see, and boxes on an old phone.
_UNSEEN = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)


def encode_text(text: str, carrier: Carrier, *, in_japanese: bool = True) -> bytes:
    """Encode `text` in cp932 for a phone of this carrier. Never raises; only invisible characters vanish."""
    parts = []
    end = 0
    for found in _SPECIAL.finditer(text):
        parts.append(text[end : found.start()].encode(CODEC))
        parts.append(_encode_sign(found[0], carrier, in_japanese))
        end = found.end()
    parts.append(text[end:].encode(CODEC))
    return b"".join(parts)


@lru_cache(8192)
def _encode_sign(sign: str, carrier: Carrier, in_japanese: bool) -> bytes:
    """Encode a sign of one or several code points."""
    bare = _MARKS.sub("", sign)
    known = pictograms_of(carrier).bytes_of.get(bare)
    if known is not None:
        return known
    if keycap := _KEYCAP.fullmatch(bare):
        return keycap[1].encode("ascii")
    if len(bare) == 1:
        return _encode_letter(bare, in_japanese)
    if word := emoji_to_name(bare, in_japanese=in_japanese):
        return word.encode(CODEC)
    return _encode_sequence(bare, carrier, in_japanese)


def _encode_sequence(sign: str, carrier: Carrier, in_japanese: bool) -> bytes:
    """Encode a sequence without a name: without skin tones, else part by part."""
    toneless = _TONE.sub("", sign)
    if toneless != sign:
        return _encode_sign(toneless, carrier, in_japanese)
    return b"".join(_encode_sign(letter, carrier, in_japanese) for letter in sign)


def _encode_letter(letter: str, in_japanese: bool) -> bytes:
    if is_private_letter(letter):
        return GETA.encode(CODEC)
    if not letter or _UNSEEN.fullmatch(letter):
        return b""
    try:
        return _TWINS.get(letter, letter).encode(CODEC)
    except UnicodeEncodeError:
        # A kanji that has a second code (髙) is written by that of NEC's rows, ED and EE: the first
        # one, FB41–FBD7, is a pictogram to SoftBank's phones. Python's codec does so by itself.
        word = emoji_to_name(letter, in_japanese=in_japanese)
        return (word or letter).encode(CODEC, "xmlcharrefreplace")
