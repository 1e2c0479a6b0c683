"""Fit pictures to a network's limits, or leave them out and report it. Pure.

What goes is a plain JPEG: upright, on white where it was transparent, one frame, and nothing in the
file but the picture (no place, no camera, no colour profile). One that is so already and fits goes
as it is. The same bytes and limits always give the same bytes, so that a repeat repeats.

A page that shows a post beforehand hands pictures over without their bytes (`Photo.content` is
b""): then they are taken to be fine, as what a member uploaded was made a small JPEG.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from PIL import Image

from accounts.media.picture_decoding import PictureTooLarge, UnreadablePicture, decode_picture
from syndication.connectors import reasons
from syndication.connectors.base import Limits, OutgoingPost, Photo
from syndication.connectors.errors import Unsupported
from syndication.connectors.reasons import Reason

JPEG = "image/jpeg"
QUALITIES = (85, 75, 65)  # tried in turn before the sides shrink
SHRINK = 0.8  # of the longer side, from step to step
SMALLEST = 64  # pixels of the longer side; below it there is nothing to see
MAX_PIXELS = 50_000_000  # a file that unpacks to more is not opened


class PictureDoesNotFit(ValueError):
    """The picture cannot be read, or no size of it is within the limits."""


@dataclass(frozen=True)
class FittedPhotos:
    """The pictures that go along, and the reasons why others do not.

    Where `dropped` says something the copy carries the permalink: `fit_photos` has made sure of one. Only
    where the member wants none at all (`never_permalink`) it goes without.
    """

    photos: tuple[Photo, ...]
    dropped: tuple[str, ...] = ()


def fit_photos(post: OutgoingPost, limits: Limits) -> FittedPhotos:
    """Return the pictures of `post`, fitted to these limits.

    Raises Unsupported where one would be left out of a copy that may carry no permalink: then its
    readers could not see it anywhere.
    """
    if not limits.photos and post.photos:
        return _without(post, (), reasons.NO_PHOTOS, reasons.NO_PHOTOS_AT_ALL)
    first = post.photos[: limits.photos]
    made = tuple(_made(first, limits))
    if len(made) < len(first) or post.lost_photos:
        return _without(post, made, reasons.PHOTO_DOES_NOT_FIT, reasons.PHOTO_FITS_NOWHERE)
    if len(made) < len(post.photos):
        return _without(post, made, reasons.PHOTOS_LEFT_OUT, reasons.PHOTOS_TOO_MANY)
    return FittedPhotos(made)


def with_first_photos(count: int, post: OutgoingPost) -> OutgoingPost:
    """Return `post` with only its first `count` pictures."""
    lost = len(post.photos[count:]) + post.lost_photos
    return replace(post, photos=post.photos[:count], lost_photos=lost)


def fit_photo(photo: Photo, limits: Limits) -> Photo:
    """Return `photo` within `limits`; lower the quality before the size. Raises PictureDoesNotFit."""
    if JPEG not in limits.photo_types:
        raise PictureDoesNotFit
    size = plain_jpeg_size(photo.content)
    if size and max(size) <= limits.photo_pixels and len(photo.content) <= limits.photo_bytes:
        return replace(photo, content_type=JPEG)
    picture = _opened(photo.content, limits.photo_pixels)
    side = max(picture.size)
    while side >= min(SMALLEST, max(picture.size)):
        for quality in QUALITIES:
            content = _encoded(picture, side, quality)
            if len(content) <= limits.photo_bytes:
                return replace(photo, content=content, content_type=JPEG)
        side = int(side * SHRINK)
    raise PictureDoesNotFit


def is_readable_picture(content: bytes) -> bool:
    """Whether `content` can be read as a picture."""
    if plain_jpeg_size(content):
        return True
    try:
        _opened(content, SMALLEST)
    except PictureDoesNotFit:
        return False
    return True


def plain_jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG without metadata; None for any other file."""
    size = None
    for marker, body in _segments(content):
        if marker in _FRAMES and len(body) > 5 and body[5] in _COLOURS:
            height, width = struct.unpack(">HH", body[1:5])
            size = (width, height)
        elif marker == _END:
            return size if size and all(size) else None
        elif marker not in _PLAIN and (marker not in _HEADERS or len(body) > MAX_HEADER_LENGTH):
            return None
    return None


def _made(photos: tuple[Photo, ...], limits: Limits) -> Iterator[Photo]:
    for photo in photos:
        if not photo.content:
            yield photo
            continue
        try:
            yield fit_photo(photo, limits)
        except PictureDoesNotFit:
            continue


def _without(
    post: OutgoingPost, photos: tuple[Photo, ...], said: Reason, refused: Reason
) -> FittedPhotos:
    """Return the rest with a permalink where one picture does not go, or raise Unsupported."""
    if not post.permalink or post.audience != "everyone":
        raise Unsupported(refused)
    return FittedPhotos(
        photos, dropped=(reasons.PHOTOS_STAY_HERE if post.never_permalink else said,)
    )


def _opened(content: bytes, side: int) -> Image.Image:
    """Return the upright picture, no longer than `side` pixels. Raises PictureDoesNotFit."""
    try:
        return decode_picture(content, side, most_pixels=MAX_PIXELS)
    except (PictureTooLarge, UnreadablePicture) as error:
        raise PictureDoesNotFit from error


def _encoded(picture: Image.Image, side: int, quality: int) -> bytes:
    small = picture.copy()
    small.info = {}  # Pillow would write a comment that it read into the new file
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


# The markers of a JPEG (ITU T.81, table B.1). Whatever else may stand in a file, EXIF in APP1 above
# all, is not needed to see it.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive
_COLOURS = frozenset({1, 3})  # components: grey or colour; four would be ink for a printer
_END = 0xD9
_SCAN = 0xDA
_PLAIN = frozenset({0xC4, 0xDB, 0xDD, _SCAN})  # tables and scans
_HEADERS = frozenset({0xE0, 0xEE})  # JFIF and Adobe
MAX_HEADER_LENGTH = 14  # bytes: a JFIF header without a thumbnail in it


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and body of each segment; the end marker only where no bytes follow it."""
    at = 2
    if content[:2] != b"\xff\xd8":
        return
    while content[at : at + 1] == b"\xff" and at + 2 <= len(content):
        marker = content[at + 1]
        if marker == _END:
            if at + 2 == len(content):
                yield _END, b""
            return
        length = int.from_bytes(content[at + 2 : at + 4])
        yield marker, content[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)
        if marker == _SCAN:
            at = _end_of_scan(content, at)


def _end_of_scan(content: bytes, at: int) -> int:
    """Find the next marker that is neither a stuffed zero nor one of the eight restarts."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] != 0 and not 0xD0 <= content[at + 1] <= 0xD7:
            return at
        at += 2
    return len(content)
