"""Pictures for tests: plain ones, one that says where it was taken, and a pixel bomb."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def a_photo(size: tuple[int, int] = (320, 240), kind: str = "JPEG", colour: str = "teal") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def a_photo_from_shibuya(size: tuple[int, int] = (320, 240)) -> bytes:
    """A JPEG whose EXIF names a camera and a place, and turns it upright by a flag."""
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAM"  # maker
    exif[0x0112] = 6  # turned by 90 degrees
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (35.0, 39.0, 30.0)
    place[3], place[4] = "E", (139.0, 42.0, 0.0)
    exif[0x8825] = place
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def a_pixel_bomb(side: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it has 900 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )
