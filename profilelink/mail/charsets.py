"""Charsets of mails: decode bytes whose label may be wrong, with the carrier's pictograms.

ISO-2022-JP is read by hand: Python's codecs know neither ① and 髙, which phones send in it, nor
au's pictograms, which stand in rows 75-7B. These are the Shift_JIS codes EB40… by the usual sum,
and au's web codes moved by a fixed step: EB, EC, ED, EE stand for F6, F7, F3, F4.
"""

from __future__ import annotations

import re

from profilelink.phone.carriers import Carrier
from profilelink.phone.decoding import decode_cp932, is_private_letter
from profilelink.phone.pictograms import GETA, pictograms_of, private_letters
from syndication.connectors.text import codec_for_label
from syndication.connectors.text.labels import EUC_JP, JIS, SHIFT_JIS, UTF_8, WESTERN

# Read here by hand, or guessed at where nothing is said. All others are Python's.
_OURS = {"", UTF_8, SHIFT_JIS, JIS, EUC_JP, WESTERN}

_ESCAPE = re.compile(rb"\x1b(\$\([@BD]|\$[@B]|\([BJIH])")
# Half-width kana between Shift Out and Shift In (JIS X 0202), in the 7-bit form of JIS X 0201.
_SHIFTED = re.compile(rb"\x0e([^\x0e\x0f\x1b\r\n]*)\x0f?")
_PAIR = re.compile(rb"([\x21-\x7e]{2})|([\x00-\xff])")
_SJIS_UNIT = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\x00-\xff]")
_EUC_UNIT = re.compile(
    rb"\x8f([\xa1-\xfe]{2})|\x8e([\xa1-\xdf])|([\xa1-\xfe]{2})|([\x00-\x7f]+)|([\x80-\xff])"
)

MAX_KANA_BY_CHANCE = 2

_AU_STEP = {0xEB: 0xF6, 0xEC: 0xF7, 0xED: 0xF3, 0xEE: 0xF4}
_AU_ONLY = (0xEB, 0xEC)  # in cp932 nothing stands there; in ED and EE stand real kanji
# Control characters, the place of an attachment, halves of a pair. Tab and line feed stay.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufff9-\ufffc\ufffe\uffff\ud800-\udfff]")
_LOST = "\ufffd"
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
# Kana in Shift_JIS. In Western text these are a low quotation mark and a florin sign.
_KANA = re.compile(rb"[\x82\x83][\x40-\x7e\x80-\xfc]")


def decode_mail_text(raw: bytes, declared: str, carrier: Carrier | None) -> str:
    """Decode `raw`; unreadable characters become 〓. Never raises.

    `declared` is the label in the mail, which is often wrong; `carrier` whose phone sent it, or None.
    """
    return clean_text(_decode(raw, declared, carrier), carrier)


def clean_text(text: str, carrier: Carrier | None) -> str:
    """Normalise line ends, drop control characters, and map private-use pictograms to Unicode."""
    known = pictograms_of(carrier).of_private if carrier else private_letters()
    cleaned = _CONTROL.sub("", _LINE_ENDS.sub("\n", text)).replace(_LOST, GETA)
    return "".join(known.get(one, GETA) if is_private_letter(one) else one for one in cleaned)


def _decode(raw: bytes, declared: str, carrier: Carrier | None) -> str:
    name = codec_for_label(declared)
    if name in (JIS, WESTERN, "") and raw.isascii():
        raw = _SHIFTED.sub(lambda found: b"\x1b(I" + found[1] + b"\x1b(B", raw)
    has_escapes = bool(_ESCAPE.search(raw))
    if _is_utf8(raw, name, carrier) or _is_broken_utf8(raw, name):
        return raw.decode("utf-8", "replace")
    if name not in _OURS and not (has_escapes and raw.isascii() and not name.startswith("utf-16")):
        return raw.decode(name, "replace")
    if has_escapes:
        return _from_jis(raw, carrier)
    if name == EUC_JP:
        return _from_euc(raw)
    if name == WESTERN and carrier is None and len(_KANA.findall(raw)) < MAX_KANA_BY_CHANCE:
        return raw.decode(WESTERN, "replace")
    return _from_sjis(raw, carrier)


def _is_utf8(raw: bytes, name: str, carrier: Carrier | None) -> bool:
    """Whether `raw` is UTF-8, whatever charset it names: few texts of others are so by chance.

    Those that are have characters of two bytes only: two half-width kana in Shift_JIS, Korean and
    Chinese syllables. Where the label or the sender's phone speaks for these, characters of three
    bytes or more must prove it.
    """
    if raw.isascii():
        return False
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    is_trusted = name in ("", UTF_8, WESTERN) and carrier is None
    return is_trusted or name == UTF_8 or any(letter > "\u07ff" for letter in text)


def _is_broken_utf8(raw: bytes, name: str) -> bool:
    """Whether `raw` is labelled UTF-8 and valid but for a few bytes, as where a character was cut."""
    if name != UTF_8:
        return False
    text = raw.decode("utf-8", "replace")
    return text.count(_LOST) <= 1 + len(text) // 50


def _from_jis(raw: bytes, carrier: Carrier | None) -> str:
    """Decode ISO-2022-JP and what is sent under that label: half-width kana, JIS X 0212, 8-bit text."""
    pieces = _ESCAPE.split(raw)
    text = [_from_sjis(pieces[0], carrier)]
    for mode, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if mode in (b"(B", b"(J", b"(H"):
            text.append(_from_sjis(piece, carrier))
            continue
        # Every line begins in ASCII (RFC 1468), also where the escape back was lost.
        first, end, rest = piece.partition(b"\n")
        text += [_decode_run(mode, first, carrier), end.decode(), _from_sjis(rest, carrier)]
    return "".join(text)


def _decode_run(mode: bytes, raw: bytes, carrier: Carrier | None) -> str:
    """Decode the run between two escape sequences."""
    if mode == b"(I":
        kana = bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in raw)
        return _from_sjis(kana, carrier)
    letter = _decode_supplementary if mode == b"$(D" else lambda pair: _decode_row(pair, carrier)
    return "".join(
        letter(pair) if pair else (GETA if other > b"\x20" else other.decode())
        for pair, other in _PAIR.findall(raw)
    )


def _decode_row(pair: bytes, carrier: Carrier | None) -> str:
    """Decode a character of JIS X 0208 by its Shift_JIS code, whose table has the vendors' characters, too."""
    row, cell = pair[0] - 0x21, pair[1]
    lead = 0x81 + row // 2
    lead += 0x40 if lead > 0x9F else 0
    trail = cell + 0x7E if row % 2 else cell + 0x1F + (cell + 0x1F >= 0x7F)
    code = bytes((lead, trail))
    if carrier is Carrier.AU or (carrier is None and lead in _AU_ONLY):
        return decode_cp932(_au_code(code), Carrier.AU)
    return decode_cp932(code, carrier or Carrier.DOCOMO)


def _decode_supplementary(pair: bytes) -> str:
    """Decode a character of JIS X 0212."""
    high = bytes((0x8F, pair[0] | 0x80, pair[1] | 0x80))
    return high.decode("euc_jp", "replace").replace(_LOST, GETA)


def _from_euc(raw: bytes) -> str:
    return "".join(_euc_unit(found) for found in _EUC_UNIT.finditer(raw))


def _euc_unit(found: re.Match[bytes]) -> str:
    third, kana, pair, plain_run, _single = found.groups()
    if plain_run:
        return plain_run.decode()
    if pair:
        return _decode_row(bytes(byte & 0x7F for byte in pair), None)
    if third:
        return _decode_supplementary(bytes(byte & 0x7F for byte in third))
    return _from_sjis(kana, None) if kana else GETA


def _from_sjis(raw: bytes, carrier: Carrier | None) -> str:
    """Decode Shift_JIS. Unknown senders count as docomo, whose codes Willcom and EMOBILE adopted."""
    if carrier is Carrier.AU:
        raw = _SJIS_UNIT.sub(lambda found: _au_code(found[0]), raw)
    return decode_cp932(raw, carrier or Carrier.DOCOMO)


def _au_code(code: bytes) -> bytes:
    """Map au's code for mails to its code for pages; other codes are returned unchanged."""
    if len(code) < 2 or code[0] not in _AU_STEP:
        return code
    moved = bytes((_AU_STEP[code[0]], code[1]))
    return moved if moved in pictograms_of(Carrier.AU).of_code else code
