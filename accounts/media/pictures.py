"""Pictures from outside, made safe to keep: small, upright, without metadata.

What comes back holds pixels alone: no EXIF (so no GPS), no comment, no colour profile, no second
frame.
"""

from __future__ import annotations

import io

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.bulkhead import UPLOAD_BULKHEAD, BulkheadFull
from accounts.media.picture_decoding import PictureTooLarge, UnreadablePicture, decode_picture


class BadPicture(Exception):
    """The file is not a picture that we accept. The text says what to do."""


class TooManyPixels(BadPicture):
    """The picture is larger than we decode."""


class PicturesBusy(Exception):
    """Too many pictures are being decoded. The text says what to do."""


def jpeg_from_upload(content: bytes, max_side: int) -> bytes:
    """Apply to_jpeg() to an upload; refused where many wait already.

    A process unpacks one picture at a time, and whoever waits for that holds a thread of it.
    Raises BadPicture and PicturesBusy.
    """
    try:
        with UPLOAD_BULKHEAD.hold_place("pictures"):
            return to_jpeg(content, max_side)
    except BulkheadFull:
        raise PicturesBusy(
            _(
                "Many pictures are coming in just now. Nothing that you typed is lost: wait a minute, "
                "choose the picture again and send it again."
            )
        ) from None


def to_jpeg(content: bytes, max_side: int, *, quality: int = 85) -> bytes:
    """Convert to a JPEG whose longer side is at most `max_side` pixels (never enlarged).

    Raises BadPicture for what is no picture, is broken, has more than settings.PHOTO_MAX_PIXELS pixels,
    or would take too much memory (a "pixel bomb": a small file that fills it).
    """
    try:
        picture = decode_picture(content, max_side, most_pixels=settings.PHOTO_MAX_PIXELS)
    except PictureTooLarge as error:
        raise TooManyPixels(_too_large_message(error)) from None
    except UnreadablePicture as error:
        raise BadPicture(
            _("This file cannot be read as a picture. Send a JPEG, PNG, GIF or WebP.")
        ) from error
    picture.info = {}  # Pillow would write a comment that it read into the new file
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _too_large_message(error: PictureTooLarge) -> str:
    if error.picture_format in ("", "JPEG"):
        return _("This picture has too many pixels. Make it smaller and send it again.")
    return _(
        "This picture has too many pixels for a %(kind)s file: up to %(most)s million fit. Save it as "
        "JPEG, or make it smaller, and send it again."
    ) % {"kind": error.picture_format, "most": error.most // 1_000_000}
