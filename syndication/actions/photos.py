"""Photos: kept while their post is being written, then attached to it.

Every photo is re-encoded as JPEG (accounts.media.pictures), so that no metadata is stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from accounts.actions import quotas
from accounts.actions.batched_deletes import delete_oldest
from accounts.media.pictures import jpeg_from_upload, to_jpeg
from accounts.models import Member
from accounts.models.stored_files import delete_file_on_commit
from syndication.connectors.content import MAX_PHOTOS
from syndication.models import KeptPhoto, Post, PostPhoto, SavedDraft

LARGE = 1600  # pixels of the longer side
SMALL = 220  # fits the page of a phone that is 240 pixels wide
KEPT = timedelta(hours=12)  # as long as a session can last
MAX_KEPT = 10  # for one member


def keep_upload(content: bytes, *, by: Member) -> KeptPhoto:
    """Re-encode an upload and keep it for the post being written.

    Raises BadPicture, PicturesBusy and quotas.QuotaUsedUp. Decoding runs outside the transaction.
    """
    return keep_jpeg(jpeg_from_upload(content, LARGE), by=by)


@transaction.atomic
def keep_jpeg(jpeg: bytes, *, by: Member, draft: SavedDraft | None = None) -> KeptPhoto:
    """Keep a photo that was re-encoded already, as long as `draft`. Raises quotas.QuotaUsedUp."""
    quotas.spend_member_quota(by, quotas.PHOTO_BYTES, len(jpeg))
    if draft is None:
        older = KeptPhoto.objects.filter(member=by, draft=None).order_by("-created_at")
        older.filter(pk__in=list(older.values_list("pk", flat=True)[MAX_KEPT - 1 :])).delete()
    return _store(jpeg, by, draft)


def copy_photo(photo: FieldFile, draft: SavedDraft) -> KeptPhoto:
    """Copy a photo that is stored for the member already, for `draft`; it spends no quota."""
    with photo.open("rb") as file:
        return _store(file.read(), draft.member, draft)


def keep_mailed_photo(jpeg: bytes, draft: SavedDraft, place: int) -> KeptPhoto:
    """Keep a further photo of a mail; the quota is spent when the draft is opened."""
    return _store(jpeg, draft.member, draft, place)


def _store(jpeg: bytes, member: Member, draft: SavedDraft | None, place: int = 1) -> KeptPhoto:
    file = ContentFile(jpeg, name="photo.jpg")
    key = secrets.token_urlsafe(16)
    return KeptPhoto.objects.create(member=member, key=key, photo=file, draft=draft, place=place)


def find_kept_photos(keys: Sequence[str], *, by: Member) -> list[KeptPhoto]:
    """The photos under `keys` that are still here, in that order, for the member who uploaded them only."""
    asked = [key for key in dict.fromkeys(keys) if key.isprintable()][:MAX_PHOTOS]
    if not asked:
        return []
    found = {one.key: one for one in KeptPhoto.objects.filter(key__in=asked, member=by)}
    return [found[key] for key in asked if key in found]


def save_with_photos(post: Post, kept: Sequence[KeptPhoto]) -> None:
    """Save a new `post` with its photos in both sizes, in this order, and delete the kept ones.

    Those of a draft go with their draft: another window may have kept other words with them.
    """
    for place, one in enumerate(kept, start=1):
        stored = post if place == 1 else PostPhoto(post=post, place=place)
        with one.photo.open("rb") as file:
            content = file.read()
        stored.photo = ContentFile(content, name="large.jpg")
        stored.photo_small = ContentFile(to_jpeg(content, SMALL, quality=75), name="small.jpg")
        stored.save()
    if not kept:
        post.save()
    KeptPhoto.objects.filter(pk__in=[one.pk for one in kept], draft=None).delete()


def detach_photos(post: Post) -> None:
    """Remove the photos from a post; the files are deleted after the commit."""
    for field in (post.photo, post.photo_small):
        delete_file_on_commit(field)
    post.photo = post.photo_small = ""
    post.more_photos.all().delete()


def delete_old_kept_photos(now: datetime | None = None, held: Collection[int] = ()) -> int:
    """Delete photos of posts that were neither sent nor kept as drafts, but of `held` members. Called by
    the sweeper."""
    old = KeptPhoto.objects.filter(draft=None, created_at__lt=(now or timezone.now()) - KEPT)
    return delete_oldest(old.exclude(member__in=held), "created_at")
