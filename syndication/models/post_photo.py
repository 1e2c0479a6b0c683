"""The photos of a post, in their order."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.db.models import Q, prefetch_related_objects
from django.db.models.fields.files import FieldFile

from syndication.connectors.content import MAX_PHOTOS, PHOTO_ALTS
from syndication.models.post import Post, photo_path


class PostPhoto(models.Model):
    """The second to fourth photo of a post.

    The first stands in the post's own row, as the only one did before there could be several: moving it
    would rewrite a large table, and lists would join another to learn whether there is a photo. What each
    photo shows is content of the post (connectors.content.PHOTO_ALTS): edited, compared and sent with the rest.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="more_photos")
    place = models.PositiveSmallIntegerField()
    photo = models.ImageField(upload_to=photo_path)
    photo_small = models.ImageField(upload_to=photo_path, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "place"], name="post_photo_one_at_a_place"),
            models.CheckConstraint(
                condition=Q(place__gte=2, place__lte=MAX_PHOTOS), name="post_photo_place_2_to_4"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} of post {self.post_id}"


class PlacedPhoto(NamedTuple):
    """One photo of a post. `place` counts from 1."""

    place: int
    file: FieldFile
    alt: str


def photos_of(post: Post) -> list[PlacedPhoto]:
    """The photos of a post in their order: one query for a row with a photo, once, and none without."""
    if not post.photo:
        return []
    prefetch_related_objects([post], "more_photos")
    files = {1: post.photo, **{one.place: one.photo for one in post.more_photos.all()}}
    return [
        PlacedPhoto(place, files[place], getattr(post, PHOTO_ALTS[place - 1]))
        for place in sorted(files)
    ]
