"""Every character there is, through the lane and back, and what became of it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from profilelink.phone.carriers import Carrier
from profilelink.phone.decoding import decode_text
from profilelink.phone.emoji_rows import ROWS
from profilelink.phone.encoding import encode_text
from profilelink.phone.pictograms import GETA

OUTCOMES = ("exact", "worded", "folded", "unseen", "user-defined", "lost")

# The second bytes of Shift_JIS.
TRAILS = [*range(0x40, 0x7F), *range(0x80, 0xFD)]


def rows() -> Iterator[tuple[str, dict[Carrier, bytes]]]:
    """Unicode's 722 signs, each with the codes of the carriers that have it."""
    for row in ROWS.split():
        points, *codes = row.split(";")
        sign = "".join(chr(int(point, 16)) for point in points.split("+"))
        yield sign, {c: bytes.fromhex(code) for c, code in zip(Carrier, codes, strict=True) if code}


def cp932_codes() -> Iterator[bytes]:
    """Each single byte from 80 on, and each pair of bytes that Shift_JIS has room for."""
    yield from (bytes([one]) for one in range(0x20, 0x100) if not _is_lead(one))
    yield from (
        bytes([lead, trail]) for lead in range(0x81, 0xFD) if _is_lead(lead) for trail in TRAILS
    )


def _is_lead(byte: int) -> bool:
    return 0x81 <= byte <= 0x9F or 0xE0 <= byte <= 0xFC


def letters(blocks: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The code points of these blocks, first to last, but no surrogates."""
    for first, last in blocks:
        for point in range(first, last + 1):
            if not 0xD800 <= point <= 0xDFFF:
                yield chr(point)


def outcome(sign: str, carrier: Carrier) -> str:
    """One of OUTCOMES: what a member finds who gets `sign` on such a phone and sends it back."""
    said = encode_text(sign, carrier)
    back = decode_text(said, carrier)
    if not is_public(back):
        return "lost"
    if back == sign:
        return "worded" if said.startswith("〔".encode("cp932")) and sign != "〔" else "exact"
    if back == GETA:
        return "user-defined" if not is_public(sign) else "lost"
    if not back:
        return "unseen" if unicodedata.category(sign[0]) in ("Cf", "Mn", "Cn") else "lost"
    return "folded"


def code_outcome(code: bytes, carrier: Carrier) -> str:
    """The same for a code that a phone sent first."""
    sign = decode_text(code, carrier)
    if sign == GETA and code != GETA.encode("cp932"):
        try:
            meant = code.decode("cp932")
        except UnicodeDecodeError:
            return "unassigned"
        return "user-defined" if not is_public(meant) or meant == "\x80" else "lost"
    return outcome(sign, carrier)


def is_public(text: str) -> bool:
    return not any(unicodedata.category(letter) in ("Co", "Cs") for letter in text)


def count(outcomes: Iterable[str]) -> Counter[str]:
    return Counter(outcomes)


def table(counts: dict[str, Counter[str]]) -> str:
    columns = [*OUTCOMES, "unassigned"]
    head = f"{'':34}" + "".join(f"{name:>14}" for name in columns)
    lines = [
        f"{title:34}" + "".join(f"{counted[name]:>14}" for name in columns)
        for title, counted in counts.items()
    ]
    return "\n".join(["", head, *lines])
