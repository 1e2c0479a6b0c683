"""Import of name and picture from a network's profile, field by field, with a way back.

What a field held before is kept beside it until the next import, an own edit, the press that restores
it, or `WAY_BACK_KEPT`: one step, no history.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from accounts.actions.quotas import IMPORTED_PICTURES, spend_member_quota
from accounts.bulkhead import LINK_RETURN_BULKHEAD, BulkheadFull
from accounts.media.pictures import BadPicture, PicturesBusy, jpeg_from_upload
from accounts.models import Member, delete_file_on_commit
from accounts.outgoing import public_http
from accounts.safe_http import HttpFailure, MaybeSent, NotSent
from accounts.text_sanitizing import replace_private_letters
from accounts.visible_text import visible_line

PICTURE_SIDE = 240  # pixels, the longer side
PICTURE_BYTES = 2_000_000
PICTURE_SECONDS = 10.0
NAME_LENGTH = 40
WAY_BACK_KEPT = timedelta(days=90)
AT_ONCE = 500  # ways back that one transaction ends


class PictureUnavailable(Exception):
    """The network's picture cannot be fetched, is too large, or is no picture that can be read."""


def importable_name(text: str) -> str:
    """Return a network's name as a member's display name can hold it, "" where nothing is left."""
    cut = replace_private_letters(visible_line(text))[:NAME_LENGTH]
    return visible_line(cut)  # the cut may leave half of what was joined


@transaction.atomic
def import_name(text: str, *, by: Member) -> bool:
    """Set the display name to the network's and keep the one before. Return False where it is the same."""
    member, name = _locked(by), importable_name(text)
    if not name or name == member.display_name:
        return False
    member.display_name_before = member.display_name
    member.display_name_before_at = timezone.now()
    member.display_name = name
    _save(member, "display_name")
    return True


@transaction.atomic
def restore_name(*, by: Member) -> bool:
    """Set the display name to the one before the last import. Return False where none is kept."""
    member = _locked(by)
    if member.display_name_before_at is None:
        return False
    member.display_name = member.display_name_before
    member.display_name_before, member.display_name_before_at = "", None
    _save(member, "display_name")
    return True


def import_picture(fetch: Callable[[], bytes], *, by: Member) -> bool:
    """Set the picture to the network's and keep the one before. Return False where it is the same.

    Raises PictureUnavailable and, where the member imported many within the hour, QuotaUsedUp.
    """
    spend_member_quota(by, IMPORTED_PICTURES)
    try:
        jpeg = jpeg_from_upload(fetch(), PICTURE_SIDE)
    except (HttpFailure, BadPicture, PicturesBusy) as error:
        raise PictureUnavailable from error
    return _replace_picture(jpeg, by=by)


@transaction.atomic
def _replace_picture(jpeg: bytes, *, by: Member) -> bool:
    member = _locked(by)
    if _content(member.picture) == jpeg:  # a second press must not push out what the first one kept
        return False
    delete_file_on_commit(member.picture_before)
    member.picture_before = member.picture.name or ""
    member.picture_before_at = timezone.now()
    member.picture = ""
    member.picture.save("picture.jpg", ContentFile(jpeg), save=False)
    _save(member, "picture")
    return True


@transaction.atomic
def restore_picture(*, by: Member) -> bool:
    """Set the picture to the one before the last import, perhaps none. Return False where none is kept."""
    member = _locked(by)
    if member.picture_before_at is None:
        return False
    delete_file_on_commit(member.picture)
    member.picture = member.picture_before.name or ""
    member.picture_before, member.picture_before_at = "", None
    _save(member, "picture")
    return True


def fetch_network_picture(url: str, *, network: str, host: str) -> bytes:
    """Fetch the file at `url`, which may be any file, of a status that says it is there. Raises
    HttpFailure.

    A server that a member names (`host`) says where the picture is. It may be a private host of
    ALLOWED_PRIVATE_HOSTS only where that is the linked network itself.
    """
    there = urlsplit(url).netloc.lower()
    known = [urlsplit(value).netloc.lower() for value in settings.NETWORKS[network].values()]
    http = public_http(also=there if there in [host, *known] else "")
    try:
        with LINK_RETURN_BULKHEAD.hold_place(there):
            answer = http.get(url, deadline=PICTURE_SECONDS, max_bytes=PICTURE_BYTES)
    except BulkheadFull:
        raise NotSent("busy") from None
    if answer.status != 200:  # the picture of a page that says "not found"
        raise MaybeSent("gone")
    return answer.body


def end_old_ways_back(now: datetime) -> int:
    """Forget names and pictures from before imports that are older than WAY_BACK_KEPT."""
    limit = now - WAY_BACK_KEPT
    names = Member.objects.filter(display_name_before_at__lt=limit)
    ended = names.update(display_name_before="", display_name_before_at=None)
    while pictures := _forget_old_pictures(limit):
        ended += pictures
    return ended


@transaction.atomic
def _forget_old_pictures(limit: datetime) -> int:
    """Forget AT_ONCE pictures at most; those of members who are just changed are left for the next day."""
    held = Member.objects.select_for_update(no_key=True, skip_locked=True)
    pictures = list(
        held.filter(picture_before_at__lt=limit).order_by("picture_before_at")[:AT_ONCE]
    )
    for member in pictures:
        delete_file_on_commit(member.picture_before)
    Member.objects.filter(pk__in=[member.pk for member in pictures]).update(
        picture_before="", picture_before_at=None
    )
    return len(pictures)


def _locked(member: Member) -> Member:
    return Member.objects.select_for_update(no_key=True).get(pk=member.pk)


def _save(member: Member, field: str) -> None:
    member.save(update_fields=[field, f"{field}_before", f"{field}_before_at"])


def _content(file: FieldFile) -> bytes:
    """The file's bytes; none where the row names no file, or it is gone."""
    try:
        with file.open("rb") as opened:
            return bytes(opened.read())
    except (ValueError, FileNotFoundError):
        return b""
