"""Tables of the carriers' pictograms: Shift_JIS codes, private-use characters, Unicode.

Unicode's own table (emoji_rows.py) says which sign is which. Where the codes lie, and by which
private-use characters a phone says them in UTF-8, is a matter of ranges:

    docomo    F89F–F9FC = U+E63E–E757, which is just what cp932 makes of these bytes
    au        F640–F7FC, F340–F493; in UTF-8 either the official ranges below, or the code less 0700
    SoftBank  U+E001–E53E in UTF-8; "ESC $ G…SI" on Shift_JIS pages (web codes), F941… from forms
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from profilelink.phone.carriers import Carrier
from profilelink.phone.emoji_rows import ROWS

GETA = "〓"  # what Japanese print sets for a character that it does not have

# The carrier's own marks, to which Unicode gave no character.
_MARKS = {
    "F975": "iモード", "F976": "iモード", "F978": "ドコモ提供", "F979": "ドコモポイント",
    "F984": "フリーダイヤル", "F986": "モバQ", "F9B1": "iアプリ", "F9B2": "iアプリ",
}  # fmt: skip

# First and last private-use character, first code.
_AU_RANGES = [
    (0xE468, 0xE5B4, 0xF640),
    (0xE5B5, 0xE5CC, 0xF7E5),
    (0xE5CD, 0xE5DF, 0xF340),
    (0xEA80, 0xEAFA, 0xF353),
    (0xEAFB, 0xEB0D, 0xF7D2),
    (0xEB0E, 0xEB8E, 0xF3CF),
]
_SOFTBANK_RANGES = [
    (0xE001, 0xE05A, 0xF941),
    (0xE101, 0xE15A, 0xF741),
    (0xE201, 0xE25A, 0xF7A1),
    (0xE301, 0xE34D, 0xF9A1),
    (0xE401, 0xE44C, 0xFB41),
    (0xE501, 0xE53E, 0xFBA1),
]
# The character after "ESC $" for each of SoftBank's pages E0…E5; the sign's own byte is 20 + number.
WEB_PAGES = "GEFOPQ"
_AU_IN_FORMS = 0x0700


@dataclass(frozen=True)
class Pictograms:
    """One carrier's. `of_code`: Shift_JIS → Unicode; `of_private`: private use → Unicode;
    `bytes_of`: Unicode → the bytes that a page says it by."""

    of_code: Mapping[bytes, str]
    of_private: Mapping[str, str]
    bytes_of: Mapping[str, bytes]


@cache
def pictograms_of(carrier: Carrier) -> Pictograms:
    """Return the tables of one carrier, built at first use."""
    of_code = {_code(mark): f"〔{word}〕" for mark, word in _MARKS.items()}
    if carrier is not Carrier.DOCOMO:
        of_code = {}
    bytes_of = {}
    place = list(Carrier).index(carrier) + 1
    private = dict(_private(carrier))
    for row in ROWS.split():
        fields = row.split(";")
        if fields[place]:
            sign = "".join(chr(int(point, 16)) for point in fields[0].split("+"))
            code = _code(fields[place])
            of_code[code] = sign
            bytes_of[sign] = code
    if carrier is Carrier.SOFTBANK:
        letters = {code: letter for letter, code in private.items()}
        bytes_of = {sign: web_code(letters[code]) for sign, code in bytes_of.items()}
    of_private = {letter: of_code.get(code, GETA) for letter, code in private.items()}
    return Pictograms(of_code, of_private, bytes_of)


@cache
def private_letters() -> Mapping[str, str]:
    """Private use → Unicode for all three carriers. au's official range lies on SoftBank's, which
    more phones that send UTF-8 mean by it (the first iPhones)."""
    return {
        letter: sign
        for each in (Carrier.AU, Carrier.SOFTBANK, Carrier.DOCOMO)
        for letter, sign in pictograms_of(each).of_private.items()
    }


def web_code(letter: str) -> bytes:
    """Return the web code of a private-use character of SoftBank."""
    page, number = divmod(ord(letter), 0x100)
    return b"\x1b$%c%c\x0f" % (ord(WEB_PAGES[page - 0xE0]), 0x20 + number)


def _code(digits: str) -> bytes:
    return bytes.fromhex(digits)


def _private(carrier: Carrier) -> Iterator[tuple[str, bytes]]:
    """Yield each private-use character of a carrier with its Shift_JIS code."""
    if carrier is Carrier.DOCOMO:
        for point in range(0xE63E, 0xE758):
            yield chr(point), chr(point).encode("cp932")
        return
    ranges = _AU_RANGES if carrier is Carrier.AU else _SOFTBANK_RANGES
    for first, last, start in ranges:
        code = start
        for point in range(first, last + 1):
            yield chr(point), code.to_bytes(2, "big")
            if carrier is Carrier.AU:
                yield chr(code - _AU_IN_FORMS), code.to_bytes(2, "big")
            code = _next(code)


def _next(code: int) -> int:
    """Return the next Shift_JIS code: rows of 188, and 7F is never a second byte."""
    lead, trail = divmod(code, 0x100)
    if trail == 0xFC:
        return (lead + 1) * 0x100 + 0x40
    return code + (2 if trail == 0x7E else 1)
