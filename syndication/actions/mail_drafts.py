"""Mail drafts: store what came by mail as drafts (actions.drafts). Nothing here makes a post.

profilelink.mail parses the mail; this module gets plain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.actions import quotas
from accounts.media.pictures import BadPicture, to_jpeg
from accounts.models import Member
from syndication.actions import photos, post_addresses
from syndication.connectors.content import LONGEST, MAX_PHOTOS
from syndication.connectors.reasons import Reason
from syndication.models import KeptPhoto, Post, PostAddress, SavedDraft
from syndication.models.errors import require_owner
from syndication.queries.excerpts import cut_position

MAX_WAITING = 20  # for one member
MAX_PER_HOUR = 20

SENDER_LENGTH = 254

# Why a mail made no draft
NO_ROOM = Reason("mail_no_room")
TOO_MANY = Reason("mail_too_many")
ADDRESS_ENDED = Reason("mail_address_ended")
TOO_LARGE = Reason("mail_too_large")
TOO_MANY_PARTS = Reason("mail_too_many_parts")
EMPTY = Reason("mail_empty")
NO_PICTURE = Reason("mail_no_picture")
TOO_MANY_PIXELS = Reason("mail_too_many_pixels")


class MailRefused(Exception):
    """The mail made no draft. `params` are those of the text of `reason` (reason_texts)."""

    def __init__(self, reason: Reason, params: Mapping[str, int] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = dict(params or {})


@dataclass(frozen=True)
class IncomingMail:
    """A parsed mail. `photos` are the attached files, unchecked; `dropped` counts the other
    attachments; `key` identifies the mail."""

    key: str
    sender: str = ""
    title: str = ""
    text: str = ""
    photos: tuple[bytes, ...] = ()
    dropped: int = 0


def check_mail_limits(address: PostAddress) -> None:
    """Check the member's limits before a mail is parsed. Raises MailRefused."""
    if SavedDraft.objects.of(address.member).mailed().count() >= MAX_WAITING:
        raise MailRefused(NO_ROOM, {"count": MAX_WAITING})
    post_addresses.reset_hourly_counts(address, timezone.now())
    if address.taken >= MAX_PER_HOUR:
        raise MailRefused(TOO_MANY, {"count": MAX_PER_HOUR})


def store_mail(address: PostAddress, mail: IncomingMail) -> SavedDraft | None:
    """Store the mail as a draft of its member; None if it was stored before.

    An unreadable photo is left out and counted. Raises MailRefused, and BadPicture where nothing is left.
    """
    if _was_stored_before(address.member, mail.key):
        return None
    check_mail_limits(address)
    return _store_draft(address, mail, _readable_photos(mail))  # no lock yet


def _readable_photos(mail: IncomingMail) -> list[bytes]:
    jpegs: list[bytes] = []
    refused: BadPicture | None = None
    for content in mail.photos[:MAX_PHOTOS]:
        try:
            jpegs.append(to_jpeg(content, photos.LARGE))
        except BadPicture as error:
            refused = error
    if refused is not None and not (jpegs or mail.title or mail.text):
        raise refused
    return jpegs


@transaction.atomic
def _store_draft(
    address: PostAddress, mail: IncomingMail, jpegs: Sequence[bytes]
) -> SavedDraft | None:
    row = post_addresses.lock_post_address(
        address
    )  # one at a time: the limits hold, and one mail is one draft
    if _was_stored_before(row.member, mail.key):
        return None
    check_mail_limits(row)
    if row.ended_at is not None:
        raise MailRefused(ADDRESS_ENDED)
    row.taken += 1
    row.came_at = timezone.now()
    row.save(update_fields=["hour_began_at", "taken", "answered", "came_at"])
    title, text = mail.title, mail.text
    if (
        len(title) > LONGEST["title"]
    ):  # nothing is lost: what a title does not hold stands in the text
        title, text = "", f"{title}\n{text}".rstrip("\n")
    is_cut = len(text) > LONGEST["text"]
    draft = SavedDraft(
        member=row.member,
        form_key=mail.key,
        is_mailed=True,
        sender=mail.sender[:SENDER_LENGTH],
        title=title,
        text=text[: cut_position(text, LONGEST["text"])] if is_cut else text,
        left_out=mail.dropped + len(mail.photos) - len(jpegs),
        is_cut=is_cut,
    )
    if jpegs:
        draft.photo = ContentFile(jpegs[0], name="photo.jpg")
    draft.save()
    for place, jpeg in enumerate(jpegs[1:], start=2):
        photos.keep_mailed_photo(jpeg, draft, place)
    return draft


@transaction.atomic
def keep_draft_photos(draft: SavedDraft, *, by: Member) -> list[KeptPhoto]:
    """Keep the draft's photos for the form by which it will be sent: once, however often it is opened.

    Raises quotas.QuotaUsedUp, which is spent for all of them at the first time.
    """
    require_owner(draft, draft.member_id, by=by)
    kept = draft.photos_in_order
    if not draft.photo or any(photo.place == 1 for photo in kept):
        return kept
    for photo in kept:
        quotas.spend_member_quota(by, quotas.PHOTO_BYTES, photo.photo.size)
    with draft.photo.open("rb") as file:
        return [photos.keep_jpeg(file.read(), by=by, draft=draft), *kept]


def waiting_mails_text(count: int) -> str:
    """The home page's line about waiting mails."""
    return ngettext("%(count)s waiting email", "%(count)s waiting emails", count) % {"count": count}


def _was_stored_before(member: Member, key: str) -> bool:
    return (
        SavedDraft.objects.filter(member=member, form_key=key).exists()
        or Post.objects.by(member).filter(form_key=key).exists()
    )
