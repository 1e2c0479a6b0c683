"""Pictures from outside, made safe to keep: small, upright, without place data.

What comes back holds pixels alone: no EXIF (so no GPS), no comment, no colour profile, no second
frame.
"""

from __future__ import annotations

import io
import struct

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

# What phones and browsers make. Anything else Pillow could read is only surface for attack.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


class BadPicture(Exception):
    """The file is no picture that we take. The text says what to do."""


class TooManyPixels(BadPicture):
    """It is a picture, and larger than what we unpack."""


def to_jpeg(content: bytes, max_side: int, *, quality: int = 85) -> bytes:
    """`content` as a JPEG whose longer side is `max_side` pixels at most (never enlarged).

    Raises BadPicture for what is no picture, is broken, or unpacks to more than
    settings.PHOTO_MAX_PIXELS pixels (a "pixel bomb": a small file that fills the memory).
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _refuse_bomb(opened)
            # JPEG can be read at a fraction of its size, which spares time and memory.
            opened.draft("RGB", (max_side, max_side))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((max_side, max_side))
            flat = _without_transparency(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels(_too_big()) from None
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, struct.error) as error:
        # OSError is Pillow's own; the others slip out of it for some broken files and EXIF data.
        raise BadPicture(
            _("This file is not a picture that can be read. Send a JPEG, PNG, GIF or WebP.")
        ) from error
    flat.info = {}  # Pillow would write a comment that it read into the new file
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _refuse_bomb(picture: Image.Image) -> None:
    """Only the header was read so far."""
    width, height = picture.size
    if width * height > settings.PHOTO_MAX_PIXELS:
        raise TooManyPixels(_too_big())


def _too_big() -> str:
    return _("This picture has too many pixels. Make it smaller and send it again.")


def _without_transparency(picture: Image.Image) -> Image.Image:
    """On white, since JPEG has no transparency."""
    if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    white = Image.new("RGB", layered.size, "white")
    white.paste(layered, mask=layered.getchannel("A"))
    return white
