"""Decode text from old phones: cp932 with the carrier's pictograms, web codes, UTF-8.

Python's `shift_jis_2004` would read pictograms as wrong kanji without a word, and `shift_jis` knows
none of ①, 髙 and ～, so the codec is cp932. No private-use character leaves this module.
"""

from __future__ import annotations

import re

from profilelink.phone.carriers import Carrier
from profilelink.phone.emoji_names import names_to_emoji
from profilelink.phone.pictograms import GETA, WEB_PAGES, pictograms_of, private_letters

CODEC = "cp932"

# A web code, a character of two bytes, a run of ASCII, or anything else by itself.
_UNIT = re.compile(
    rb"\x1b\$([GEFOPQ])([\x21-\x7a]+)\x0f?|([\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc])"
    rb"|([\x00-\x1a\x1c-\x7f]+)|([\x1b\x80-\xff])"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:(\d{2,7})|[xX]([0-9a-fA-F]{2,6}));")
# Characters that only Japanese text in UTF-8 has: kana, full-width forms, kanji, pictures.
_JAPANESE = re.compile(
    "[\u2010-\u2027\u2190-\u27bf\u3000-\u30ff\u4e00-\u9fff\uff01-\uffee\U0001f000-\U0001faff]"
)
_CODECS = {"shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "cp932", "ms_kanji"}


def is_utf8(raw: bytes, declared: str = "") -> bool:
    """Whether `raw` is UTF-8, by the declared charset, else by its characters.

    Two half-width kana may be valid UTF-8 as well, so only Japanese characters prove it.
    """
    if declared.strip().lower() in _CODECS:
        return False
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    return (
        declared.strip().lower() in ("utf-8", "utf8")
        or bool(_JAPANESE.search(text))
        or (any(is_private_letter(letter) for letter in text))
    )


def decode_text(raw: bytes, carrier: Carrier, *, utf8: bool = False) -> str:
    """Decode `raw`; unreadable bytes become 〓, none is dropped. Never raises."""
    text = raw.decode(errors="replace") if utf8 else decode_cp932(raw, carrier)
    return replace_private_letters(names_to_emoji(_REFERENCE.sub(_decode_reference, text)), carrier)


def replace_private_letters(text: str, carrier: Carrier) -> str:
    """Replace a carrier's private-use characters by Unicode's, and all others by 〓."""
    known = pictograms_of(carrier).of_private
    return _PRIVATE.sub(lambda found: known.get(found[0], GETA), text)


def replace_private_letters_of_any_carrier(text: str) -> str:
    """Replace private-use characters of an unknown carrier, each by the table that has it."""
    return _PRIVATE.sub(lambda found: private_letters().get(found[0], GETA), text)


def is_private_letter(letter: str) -> bool:
    return bool(_PRIVATE.fullmatch(letter))


def decode_cp932(raw: bytes, carrier: Carrier) -> str:
    """Decode Shift_JIS character by character; pictograms win over kanji of the same code."""
    return "".join(_decode_unit(found, carrier) for found in _UNIT.finditer(raw))


def _decode_unit(found: re.Match[bytes], carrier: Carrier) -> str:
    page, numbers, pair, plain, single = found.groups()
    if plain is not None:
        return plain.decode("ascii")
    if pair is not None:
        return pictograms_of(carrier).of_code.get(pair) or _decode_letter(pair)
    if page is not None:
        first = 0xE000 + 0x100 * WEB_PAGES.index(page.decode())
        letters = "".join(chr(first + number - 0x20) for number in numbers)
        return replace_private_letters(letters, Carrier.SOFTBANK)
    return _decode_letter(single)


def _decode_letter(code: bytes) -> str:
    """Decode one character of cp932; user-defined codes and invalid bytes become 〓."""
    try:
        letter = code.decode(CODEC)
    except UnicodeDecodeError:
        return GETA
    return GETA if is_private_letter(letter) or letter == "\x80" else letter


def _decode_reference(found: re.Match[str]) -> str:
    """Decode a numeric reference, which browsers send for characters that Shift_JIS lacks.

    References to characters that Shift_JIS has stay, since somebody typed them.
    """
    point = int(found[1]) if found[1] else int(found[2], 16)
    if not 0xA0 <= point <= 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        return found[0]
    letter = chr(point)
    if is_private_letter(letter):  # pages of other sites say pictograms so; public() knows them
        return letter
    try:
        is_sayable = letter.encode(CODEC).decode(CODEC) == letter
    except UnicodeEncodeError:
        is_sayable = False
    return found[0] if is_sayable else letter
