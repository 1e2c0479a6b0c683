"""The photos of a post as connectors take them."""

from __future__ import annotations

from django.db.models.fields.files import FieldFile

from syndication.connectors.base import Photo
from syndication.connectors.errors import Rejected
from syndication.connectors.reasons import Reason
from syndication.models import Post, photos_of

NO_PHOTO = Reason("no_photo")


def outgoing_photos(post: Post, *, with_content: bool) -> tuple[Photo, ...]:
    """The photos in their order; with their bytes for sending only. Raises Rejected where a file is gone."""
    if not with_content:
        return tuple(Photo(content=b"", alt=one.alt) for one in photos_of(post))
    try:
        return tuple(Photo(content=_read(one.file), alt=one.alt) for one in photos_of(post))
    except FileNotFoundError as error:
        raise Rejected(NO_PHOTO) from error


def _read(photo: FieldFile) -> bytes:
    with photo.open("rb") as file:
        return bytes(file.read())
