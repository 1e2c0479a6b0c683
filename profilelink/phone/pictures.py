"""Photos for the screen and the memory of an old phone: small, flat, not progressive."""

from __future__ import annotations

import io

from PIL import Image

from profilelink.phone.carriers import Phone

_QUALITIES = (75, 60, 45, 30)
_MIN_WIDTH = 48
# The page around the photo needs the rest: the form of a post with a photo has 3.3 of 6 KB.
_SHARE = 0.44


def fit_photo(jpeg: bytes, phone: Phone) -> tuple[bytes, str]:
    """Return the photo and its media type, scaled to the screen and to its share of the page limit.

    A photo that fits is returned unchanged. Raises OSError for what Pillow cannot read."""
    room = int(phone.page_limit * _SHARE)
    with Image.open(io.BytesIO(jpeg)) as opened:
        is_fine = opened.width <= phone.width and "progressive" not in opened.info
        if phone.photos == "JPEG" and is_fine and len(jpeg) <= room:
            return jpeg, "image/jpeg"
        opened.draft("RGB", (phone.width, phone.width))
        picture = opened.convert("RGB")
    content = b""
    width = min(phone.width, picture.width)
    while width >= _MIN_WIDTH or not content:
        small = _resize(picture, width)
        for content in _candidates(small, phone):
            if len(content) <= room:
                return content, f"image/{phone.photos.lower()}"
        width = width * 3 // 4
    return content, f"image/{phone.photos.lower()}"


def _resize(picture: Image.Image, width: int) -> Image.Image:
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _candidates(picture: Image.Image, phone: Phone) -> list[bytes]:
    """Return the picture encoded in several qualities, the best first."""
    if phone.photos == "GIF":
        return [_save(picture.quantize(colors), "GIF") for colors in (128, 32)]
    return [_save(picture, "JPEG", quality=quality) for quality in _QUALITIES]


def _save(picture: Image.Image, picture_format: str, **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, picture_format, optimize=True, **options)
    return out.getvalue()
