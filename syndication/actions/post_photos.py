"""Photos of a post that stands: move and remove them. Words are edited with the rest (actions.posts)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.actions import quotas
from accounts.models import Member
from accounts.models.stored_files import delete_file_on_commit
from syndication.actions.posts import DELETED, EditedMeanwhile
from syndication.connectors.content import MAX_PHOTOS, PHOTO_ALTS
from syndication.delivery import edits
from syndication.models import Delivery, Post, PostKind, PostPhoto
from syndication.models.errors import NotNow, NotYours

_Stored = tuple[str, str, str]  # names of the large and the small file, and what the photo shows


@transaction.atomic
def arrange_photos(
    post: Post, order: Sequence[int], *, by: Member, version: int
) -> list[Delivery] | None:
    """Keep the photos at the places of `order`, in that order, and delete the others. It is an edit of the post:
    return those of copies that will go, or None if nothing changed.

    `version` is that of the post which the page showed. A photo post keeps one at least. Raises
    EditedMeanwhile, NotNow if the post is deleted, and quotas.QuotaUsedUp.
    """
    if post.author_id != by.pk:
        raise NotYours(post)
    fresh = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    if fresh.deleted_at is not None:
        raise NotNow(DELETED)
    stored = _stored_photos(fresh)
    kept = [place for place in dict.fromkeys(order) if place in stored]
    if kept == list(stored) or (not kept and fresh.kind == PostKind.PHOTO):
        return None
    if version != fresh.version:
        raise EditedMeanwhile(fresh)
    quotas.spend_member_quota(by, quotas.POSTS)
    _delete_files(fresh, set(stored) - set(kept))
    _store(fresh, [stored[place] for place in kept])
    fresh.version += 1
    fresh.photos_version, fresh.edited_at = fresh.version, timezone.now()
    fresh.save()
    return edits.plan_edits(Post.objects.get(pk=fresh.pk))


def erase_photo(post: Post, name: str) -> bool:
    """Delete the photo with this file again, in a restored site. Return whether the post had it."""
    stored = _stored_photos(post)
    gone = {place for place, (large, _small, _words) in stored.items() if large == name}
    if gone:
        _delete_files(post, gone)
        _store(post, [stored[place] for place in stored if place not in gone])
        post.save()
    return bool(gone)


def _stored_photos(post: Post) -> dict[int, _Stored]:
    """By place. The names of files alone: a row may be given those of another."""
    more = post.more_photos.order_by("place")
    rows: dict[int, Post | PostPhoto] = {1: post, **{row.place: row for row in more}}
    return {
        place: (str(row.photo), str(row.photo_small), getattr(post, PHOTO_ALTS[place - 1]))
        for place, row in rows.items()
        if row.photo
    }


def _delete_files(post: Post, places: set[int]) -> None:
    rows: list[tuple[int, Post | PostPhoto]] = [(1, post)]
    rows += [(row.place, row) for row in post.more_photos.all()]
    for place, row in rows:
        if place in places:
            delete_file_on_commit(row.photo)
            delete_file_on_commit(row.photo_small)


def _store(post: Post, photos: Sequence[_Stored]) -> None:
    """Name the files in the rows of their new places. A row that is left over names none: its deletion
    deletes the files that it names."""
    padded = [*photos, *[("", "", "")] * (MAX_PHOTOS - len(photos))]
    (first, first_small, _words), *more = padded
    post.photo, post.photo_small = first, first_small
    for name, (_large, _small, words) in zip(PHOTO_ALTS, padded, strict=True):
        setattr(post, name, words)
    for place, (large, small, _words) in enumerate(more, start=2):
        PostPhoto.objects.filter(post=post, place=place).update(photo=large, photo_small=small)
    PostPhoto.objects.filter(post=post, photo="").delete()
