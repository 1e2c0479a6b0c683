"""Small pictures without a picture library: what an upload is, and faces for the accounts.

The faces are baseline JPEGs of flat 8 x 8 blocks: only the DC coefficient of each block is
written, so encoding needs neither a cosine transform nor the standard's long tables (ITU T.81).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

Colour = tuple[int, int, int]

_DC_CATEGORIES = 12  # codes of 4 bits each, one for each size a difference can have
_QUANTUM = 8  # with it the DC coefficient of a flat block is its value less 128


def media_type(content: bytes) -> str:
    """`image/jpeg`, `image/png`, `image/gif`, or "" for anything else, by the first bytes."""
    starts = {
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"GIF8": "image/gif",
    }
    return next((name for start, name in starts.items() if content.startswith(start)), "")


@cache  # drawn once a process: each test, and each press of "start over", asks for the same few
def face(seed: str) -> bytes:
    """A face for `seed`: a mirrored pattern of 10 x 10 blocks, 80 x 80 pixels, as a JPEG."""
    digest = hashlib.sha256(seed.encode()).digest()
    ink: Colour = (96 + digest[0] % 128, 64 + digest[1] % 128, 64 + digest[2] % 160)
    paper: Colour = (250, 246, 238)
    bits = int.from_bytes(digest[3:], "big")
    rows = []
    for row in range(10):
        half = [ink if bits >> (row * 5 + column) & 1 else paper for column in range(5)]
        rows.append(half + half[::-1])
    return jpeg(rows)


def jpeg(blocks: Sequence[Sequence[Colour]]) -> bytes:
    """A JPEG whose 8 x 8 pixel blocks have the colours given, row by row."""
    height, width = 8 * len(blocks), 8 * len(blocks[0])
    components = b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3))
    frame = b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x03" + components
    sizes = bytes((0, 0, 0, _DC_CATEGORIES)) + bytes(12) + bytes(range(_DC_CATEGORIES))
    ends = b"\x01" + bytes(15) + b"\x00"
    scan = b"\x03" + b"".join(bytes((number, 0)) for number in (1, 2, 3)) + b"\x00\x3f\x00"
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _segment(0xDB, b"\x00" + bytes([_QUANTUM]) * 64),
            _segment(0xC0, frame),
            _segment(0xC4, b"\x00" + sizes),
            _segment(0xC4, b"\x10" + ends),
            _segment(0xDA, scan),
            _entropy(blocks),
            b"\xff\xd9",
        )
    )


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _entropy(blocks: Sequence[Sequence[Colour]]) -> bytes:
    bits: list[str] = []
    before = [0, 0, 0]
    for row in blocks:
        for colour in row:
            for index, value in enumerate(_ycc(colour)):
                bits.append(_difference(value - before[index]) + "0")  # 0: no AC follows
                before[index] = value
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    content = int(text, 2).to_bytes(len(text) // 8, "big")
    return content.replace(b"\xff", b"\xff\x00")


def _difference(value: int) -> str:
    """Size in 4 bits, then the value in that many (negatives less one, as T.81 F.1.2.1 says)."""
    size = abs(value).bit_length()
    coded = value if value >= 0 else value + (1 << size) - 1
    return f"{size:04b}" + (f"{coded:0{size}b}" if size else "")


def _ycc(colour: Colour) -> Colour:
    """Luma less 128 and the two chroma differences, as JFIF defines them."""
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(luma - 128), round((blue - luma) * 0.564), round((red - luma) * 0.713)
