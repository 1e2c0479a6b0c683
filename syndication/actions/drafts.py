"""Drafts: keep, delete and expire posts that are not sent yet. Mails arrive by actions.mail_drafts.

A draft is found by its form's key. The post with that key takes it from the list in the moment in which
the post exists (`SavedDraft.objects.of`); the sweeper deletes its row later.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actions import notices
from accounts.actions.batched_deletes import delete_oldest
from accounts.actions.notices import NoticeEvent
from accounts.models import Member
from accounts.models.member_locks import lock_members
from accounts.models.stored_files import delete_file_on_commit
from syndication.actions import photos
from syndication.models import KeptPhoto, Post, SavedDraft
from syndication.models.errors import NotYours

KEPT = timedelta(days=30)
TOLD_BEFORE = timedelta(days=3)
MAX_KEPT = 50  # for one member, beside the mails that wait


class TooManyDrafts(Exception):
    """The member keeps MAX_KEPT drafts already."""


@dataclass(frozen=True)
class DraftContent:
    """What a draft keeps: all that a form holds, complete or not.

    `words` has a text for each of connectors.content.TYPED; `version` is that of the draft which the
    form was opened from or kept as, 0 for none.
    """

    kind: str
    form_key: str
    version: int
    words: dict[str, str]
    audience: str = ""
    people: frozenset[int] = frozenset()  # friendships, where it is for chosen people
    list_name: str = ""
    photos: tuple[KeptPhoto, ...] = ()
    is_photo_gone: bool = False  # the form had one, which was kept for hours only
    left_out: frozenset[int] = frozenset()

    def columns(self) -> dict[str, Any]:
        left_out = sorted(self.left_out)
        return {
            "kept_kind": self.kind,
            "audience": self.audience,
            "people": sorted(self.people),
            "list_name": self.list_name,
            "without_links": left_out,
            **self.words,
        }


@dataclass(frozen=True)
class KeepResult:
    """The draft that was kept. `is_apart`: another window kept other words first; both drafts exist."""

    draft: SavedDraft
    is_apart: bool = False


@transaction.atomic
def keep_draft(unsent: DraftContent, *, by: Member) -> KeepResult:
    """Keep a form as a draft, over the version that it was opened from. A repeat changes nothing.

    What another window kept or sent meanwhile is never overwritten: then this is a draft of its own.
    Raises TooManyDrafts.
    """
    lock_members(by.pk)  # the second of two equal forms sees the first
    before = _find_draft(unsent.form_key, by)
    is_sent = Post.objects.by(by).filter(form_key=unsent.form_key).exists()
    if before is not None and not is_sent:
        if not before.is_mailed and _holds(before, unsent):
            return KeepResult(before)
        if before.version == unsent.version and not before.is_answer:
            if before.is_mailed:
                _check_room(by)
            return KeepResult(_overwrite(before, unsent))
    if before is None and not is_sent:
        return KeepResult(_add_draft(unsent, unsent.form_key, by))
    return KeepResult(_keep_apart(unsent, by), is_apart=True)


def _keep_apart(unsent: DraftContent, by: Member) -> SavedDraft:
    """Keep the form under another key, which is that of the same words when they are kept again."""
    form_key = _key_of_words(unsent)
    before = _find_draft(form_key, by)
    is_sent = Post.objects.by(by).filter(form_key=form_key).exists()
    if before is not None and not is_sent and before.version == 1:
        return before
    if before is not None or is_sent:  # it went on from there: to other words, or out
        form_key = secrets.token_hex(16)
    return _add_draft(unsent, form_key, by)


def _key_of_words(unsent: DraftContent) -> str:
    photo_keys = " ".join(photo.key for photo in unsent.photos)
    said = json.dumps([unsent.form_key, photo_keys, unsent.columns()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _find_draft(form_key: str, by: Member) -> SavedDraft | None:
    return SavedDraft.objects.filter(member=by, form_key=form_key).first()


def _add_draft(unsent: DraftContent, form_key: str, by: Member) -> SavedDraft:
    _check_room(by)
    draft = SavedDraft.objects.create(member=by, form_key=form_key, **unsent.columns())
    _attach_photos(draft, unsent.photos)
    return draft


def _check_room(member: Member) -> None:
    if SavedDraft.objects.of(member).kept().count() >= MAX_KEPT:
        raise TooManyDrafts


def is_changed_elsewhere(form_key: str, version: int, words: dict[str, str], *, by: Member) -> bool:
    """Whether the draft of this key holds other words than `words`, kept after `version`."""
    row = SavedDraft.objects.of(by).filter(form_key=form_key).exclude(version=version).first()
    return row is not None and any(getattr(row, name) != said for name, said in words.items())


def detach_from_form(form_key: str, *, by: Member) -> None:
    """Before a post takes this key: leave the draft in the list, for it holds other words."""
    SavedDraft.objects.of(by).filter(form_key=form_key).update(form_key=secrets.token_hex(16))


def delete_draft(draft: SavedDraft, *, by: Member) -> None:
    if draft.member_id != by.pk:
        raise NotYours(draft)
    SavedDraft.objects.filter(pk=draft.pk).delete()


def draft_expires_at(draft: SavedDraft) -> datetime:
    return draft.created_at + KEPT


def delete_old_drafts(now: datetime, held: Collection[int] = ()) -> int:
    """Delete drafts that became posts, and those older than KEPT, but of `held` members. Called by the
    sweeper."""
    posts = Post.objects.filter(author=OuterRef("member"), form_key=OuterRef("form_key"))
    old = SavedDraft.objects.filter(created_at__lt=now - KEPT).exclude(member__in=held)
    sent = SavedDraft.objects.filter(Exists(posts))
    return delete_oldest(old, "created_at") + delete_oldest(sent, "created_at")


def notify_expiring_drafts(now: datetime) -> int:
    """Notify members once of all drafts that expire within TOLD_BEFORE. Return how many members."""
    soon = SavedDraft.objects.filter(created_at__lt=now - KEPT + TOLD_BEFORE, is_notified=False)
    notified = 0
    for member in Member.objects.filter(pk__in=soon.values("member"))[:100]:
        waiting = SavedDraft.objects.of(member).filter(pk__in=soon.values("pk"))
        if waiting:
            notified += notices.notify([member.pk], NoticeEvent("mail_drafts_expire"))
        soon.filter(member=member).update(is_notified=True)
    return notified


def _holds(draft: SavedDraft, unsent: DraftContent) -> bool:
    is_same = all(getattr(draft, name) == said for name, said in unsent.columns().items())
    return is_same and draft.photos_in_order == [*unsent.photos]


def _overwrite(draft: SavedDraft, unsent: DraftContent) -> SavedDraft:
    for name, said in unsent.columns().items():
        setattr(draft, name, said)
    draft.version += 1
    draft.created_at, draft.is_notified, draft.is_mailed = timezone.now(), False, False
    if draft.photo:  # of a mail: a form that was opened without it does not lose it
        _attach_photos(draft, unsent.photos or _photos_of_mail(draft))
        delete_file_on_commit(draft.photo)
        draft.photo = ""
    else:
        _attach_photos(draft, unsent.photos)
    draft.save()
    return draft


def _photos_of_mail(draft: SavedDraft) -> list[KeptPhoto]:
    """The first stands in the draft's own row until it is kept as a form."""
    kept = draft.photos_in_order
    is_opened = any(photo.place == 1 for photo in kept)
    return kept if is_opened else [photos.copy_photo(draft.photo, draft), *kept]


def _attach_photos(draft: SavedDraft, kept: Sequence[KeptPhoto]) -> None:
    """Keep the photos as long as the draft, in this order; those that were replaced go to the sweeper.

    The photo of another draft is copied: both keep it.
    """
    own = [
        photo if photo.draft_id in (None, draft.pk) else photos.copy_photo(photo.photo, draft)
        for photo in kept
    ]
    draft.photos.exclude(pk__in=[photo.pk for photo in own]).update(draft=None)
    for place, photo in enumerate(own, start=1):
        KeptPhoto.objects.filter(pk=photo.pk).update(draft=draft, place=place)
