"""Decoding of pictures from outside into small ones: upright, in sRGB, on white. Pure.

The file decides how much memory its decoder takes, so the cost is computed from the headers before
anything is decoded: a WebP of 1.8 kB can claim 48 million pixels, for which libwebp and Pillow take
750 MB. Nothing that would take more than BUDGET is decoded; with the file itself and the small
picture that stays below 150 MB. JPEG is decoded at a fraction of its size, so photos of any camera
fit; the other formats cannot be, and have lower limits.

Order matters: widen the mode, then scale (a palette cannot be averaged), then convert the colours and
turn the picture, which costs little on a small one. The large picture is widened and averaged in strips.
"""

from __future__ import annotations

import io
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

from PIL import Image, ImageChops, ImageCms

# What phones and browsers make. Anything else Pillow could read is only surface for attack.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MEMORY_BUDGET = 125_000_000  # bytes for a decoder and what it decodes
MAX_SIDE = 2048  # pixels; no caller gets a larger picture
MAX_PROFILE_BYTES = 1_000_000  # bytes of an ICC profile; printers' are half of that
WHOLE = 0.97  # of the height: a JPEG cut off below it is taken for whole

# Bytes for a pixel, as Pillow keeps pictures.
_NARROW = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2}
_WIDE = 4
_DEEP_GREYS = {"I", "I;16", "I;16L", "I;16B"}
_GREYS = {"1", "L", *_DEEP_GREYS}
_OF_WEBP = 15  # measured: two canvases of libwebp, their copy as bytes, and Pillow's picture
_FRAMES = 4  # measured: an animation keeps two or three frames beside the one that it shows
_STRIP = 1_000_000  # bytes of the large picture that are widened at once

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MODE_OF_PROFILE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SRGB = ImageCms.createProfile("sRGB")

_BEGIN = b"\xff\xd8\xff"
_END = b"\xff\xd9"
_FILLER = b"\x55\xaa" * 2000  # reads as picture data where some is missing
_HAS_SCANS = frozenset({0xC2, 0xC6, 0xCA, 0xCE})  # progressive JPEG
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN = 0xDA

# OSError is Pillow's own; the others slip out of it for some broken files and EXIF data.
_BROKEN = (OSError, SyntaxError, ValueError, LookupError, TypeError, struct.error)


# In a process, so that its memory has a bound however many are sent. Others wait with their files alone.
_one_at_a_time = threading.Lock()


class UnreadablePicture(Exception):
    """The file is not a picture of these formats, or is broken."""


class PictureTooLarge(Exception):
    """Decoding would take too much memory. `most` how many pixels fit."""

    def __init__(self, picture_format: str = "", most: int = 0) -> None:
        super().__init__(f"{picture_format}: {most}")
        self.picture_format, self.most = picture_format, most


def decode_picture(content: bytes, side: int, *, most_pixels: int) -> Image.Image:
    """Decode the first frame: RGB, sRGB, longer side at most `side` (never enlarged).

    Raises UnreadablePicture, and PictureTooLarge before anything large is decoded.
    """
    with _one_at_a_time:
        try:
            return _decode_picture(content, side, most_pixels)
        except _BROKEN as error:
            reason = str(error)
        # Only now: until here the error keeps what was decoded.
        if _lacks_its_end_alone(content):
            with suppress(*_BROKEN):
                return _decode_picture(_ended(content), side, most_pixels)
    raise UnreadablePicture(reason)


def _decode_picture(content: bytes, side: int, most_pixels: int) -> Image.Image:
    side = min(side, MAX_SIDE)
    try:
        small, profile, turn = _read(content, side, most_pixels)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge from None
    # The large picture is let go of by now: what follows takes copies.
    small = _in_srgb(_on_white(_scaled(small, side)), profile)
    return small if turn is None else small.transpose(turn)


def _read(
    content: bytes, side: int, most_pixels: int
) -> tuple[Image.Image, bytes | None, Image.Transpose | None]:
    """Return the averaged picture, its colour profile, and how to turn it upright."""
    with _open(content, side, most_pixels) as picture:
        picture.load()
        return _averaged(picture, side), picture.info.get("icc_profile"), _turn(picture)


def _open(content: bytes, side: int, most_pixels: int) -> Image.Image:
    """The picture with its headers read. Raises PictureTooLarge."""
    picture = Image.open(io.BytesIO(content), formats=FORMATS)
    picture_format, (width, height) = picture.format or "", picture.size
    if width * height > most_pixels:
        raise PictureTooLarge(picture_format, most_pixels)
    _draft(picture, side)
    of_pixel = _bytes_of_pixel(picture, content)
    cost = width * height * of_pixel
    if picture_format == "JPEG":
        cost += picture.width * picture.height * _NARROW.get(picture.mode, _WIDE)
    if picture_format != "WEBP":  # what its decoder took is free again by then
        cost += _bytes_of_copy(picture, side)
    if cost > MEMORY_BUDGET:
        raise PictureTooLarge(picture_format, int(MEMORY_BUDGET / (of_pixel + 1)))
    return picture


def _draft(picture: Image.Image, side: int) -> None:
    """Have a JPEG decoded at a fraction of its size, no shorter than wanted."""
    longer = max(picture.size)
    width, height = (-(-one * side // longer) for one in picture.size)
    picture.draft("RGB", (width, height))


def _bytes_of_copy(picture: Image.Image, side: int) -> int:
    """Bytes of the averaged or widened picture beside the decoded one."""
    factor = _factor(picture, side)
    if factor == 1 and _wide_mode(picture) == picture.mode:
        return 0
    return _WIDE * picture.width * picture.height // factor**2


def _bytes_of_pixel(picture: Image.Image, content: bytes) -> float:
    """Bytes that decoding takes for each pixel of the full size."""
    if picture.format == "WEBP":
        return _OF_WEBP
    if picture.format == "JPEG":
        return _bytes_of_coefficients(content)
    frames = _FRAMES if getattr(picture, "is_animated", False) else 1
    return frames * _NARROW.get(picture.mode, _WIDE)


def _bytes_of_coefficients(content: bytes) -> float:
    """Bytes a pixel of a JPEG's stored coefficients: 0 for one scan, else two for each sample."""
    sampling: list[int] = []
    is_progressive = False
    for marker, body in _headers(content):
        if marker == _START_OF_SCAN:
            is_in_one_scan = body[:1] == bytes([len(sampling)]) and not is_progressive
            break
        if marker in _START_OF_FRAME:
            is_progressive = marker in _HAS_SCANS
            sampling = [(one >> 4) * (one & 15) for one in body[7::3]]
    else:
        return 0  # no scan: broken, as decoding will tell
    return 0 if is_in_one_scan or not any(sampling) else 2 * sum(sampling) / max(sampling)


def _headers(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the segments of a JPEG up to its first scan."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4])
        yield marker, content[at + 4 : at + 2 + length]
        if marker == _START_OF_SCAN:
            return
        at += 2 + max(length, 2)


def _lacks_its_end_alone(content: bytes) -> bool:
    """Whether `content` is a JPEG that only lacks its end marker, which browsers accept.

    Where more is missing, the decoder takes anything that is put there for a part of the picture. Of a
    progressive one the coarsest scan is looked at: where that is whole, the picture is.
    """
    if not content.startswith(_BEGIN) or content.endswith(_END):
        return False
    try:
        whole, probe = _draft_of(_ended(content)), _draft_of(_ended(content, _FILLER))
    except _BROKEN:
        return False
    changed = ImageChops.difference(whole, probe).getbbox()
    return changed is None or changed[1] >= whole.height * WHOLE


def _ended(content: bytes, more: bytes = b"") -> bytes:
    return content.rstrip(b"\xff") + more + _END


def _draft_of(content: bytes) -> Image.Image:
    """Decode as small as the decoder can."""
    picture = Image.open(io.BytesIO(content), formats=("JPEG",))
    _draft(picture, 1)
    picture.load()
    return picture


def _factor(picture: Image.Image, side: int) -> int:
    """By how much the picture is averaged first: the result is at most twice as long as wanted."""
    return max(1, -(-max(picture.size) // (2 * side)))


def _averaged(picture: Image.Image, side: int) -> Image.Image:
    """Reduce the picture, in a wide mode, to at most twice the wanted length.

    Strip by strip: a whole wide copy would take four bytes a pixel more.
    """
    factor, mode = _factor(picture, side), _wide_mode(picture)
    if factor == 1 and mode == picture.mode:
        return picture
    width, height = picture.size
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, _STRIP // (_WIDE * width * factor))
    for top in range(0, height, rows):
        strip = _widened(picture.crop((0, top, width, min(top + rows, height))), mode)
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return small


def _scaled(picture: Image.Image, side: int) -> Image.Image:
    longer = max(picture.size)
    if longer <= side:
        return picture
    width, height = (max(1, round(one * side / longer)) for one in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _wide_mode(picture: Image.Image) -> str:
    """The mode in which the picture can be averaged."""
    if _is_transparent(picture):
        return "RGBA"
    if picture.mode in _GREYS:
        return "L"
    return "CMYK" if picture.mode == "CMYK" else "RGB"


def _is_transparent(picture: Image.Image) -> bool:
    return picture.has_transparency_data and picture.mode not in _DEEP_GREYS


def _widened(picture: Image.Image, mode: str) -> Image.Image:
    if picture.mode in _DEEP_GREYS:  # 16 bits of grey, which convert() would cut off at 255
        picture = picture.convert("I").point(lambda level: level * (1 / 257))
    return picture if picture.mode == mode else picture.convert(mode)


def _on_white(picture: Image.Image) -> Image.Image:
    """Flatten transparency, which JPEG lacks, onto white."""
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert the colours to sRGB. A profile that does not fit is ignored, as browsers do."""
    if not profile or len(profile) > MAX_PROFILE_BYTES:
        return picture.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _MODE_OF_PROFILE.get(source.profile.xcolor_space.strip(), "")
        if not mode or (mode == "CMYK") != (picture.mode == "CMYK"):
            return picture.convert("RGB")
        given = picture if picture.mode == mode else picture.convert(mode)
        shown = ImageCms.profileToProfile(given, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, *_BROKEN):
        return picture.convert("RGB")
    return shown or picture.convert("RGB")


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """The transposition that turns the picture upright. Unreadable EXIF data count as none."""
    try:
        return _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return None
