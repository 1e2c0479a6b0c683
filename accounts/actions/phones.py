"""Phone bookmarks: coming back by a bookmark and a PIN.

The bookmark is what the phone has, the PIN is what its member knows. Neither opens what asks for
the password, and the PIN is made only by someone who has just typed the password (the view asks).
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.crypto import codes
from accounts.models import Member, Phone
from accounts.urlsession.api import end_session

MAX_BOOKMARKS = 20  # of one member


class UnknownBookmark(Exception):
    """The bookmark is unknown or was ended."""


class PinLocked(Exception):
    """The PIN is locked after five wrong tries; a QR code or the password is needed."""


def create_bookmark(*, by: Member, device: str, pin: str, session_key: str) -> tuple[Phone, str]:
    """Create a bookmark for this phone; returns it with the code of its address, which is not
    stored.
    """
    code = codes.new_code()
    phone = Phone.objects.create(
        member=by,
        device=device[:80],
        bookmark_hash=codes.hash_code(code),
        pin_hash=codes.hash_pin(pin),
        session_key=session_key,
    )
    _end_surplus(by)
    return phone, code


def _end_surplus(member: Member) -> None:
    """Of too many bookmarks ended ones go first, then what was not used for longest."""
    used_at = Coalesce("last_used_at", "created_at")
    kept = Phone.objects.filter(member=member).order_by(
        F("ended_at").desc(nulls_first=True), used_at.desc(), "-pk"
    )
    for phone in kept[MAX_BOOKMARKS:]:
        if phone.ended_at is None and phone.session_key:
            end_session(phone.session_key)
        phone.delete()


def get_bookmarked_phone(code: str) -> Phone:
    """Return the phone of a bookmark. Raises UnknownBookmark or PinLocked."""
    rows = Phone.objects.live().select_related("member")
    phone = rows.filter(bookmark_hash=codes.hash_code(code), member__is_active=True).first()
    if phone is None:
        raise UnknownBookmark
    if phone.is_locked:
        raise PinLocked
    return phone


def check_pin(phone: Phone, pin: str) -> bool:
    """Whether the PIN is right. The try is counted first. Raises PinLocked."""
    if not phone.claim_try():
        raise PinLocked
    if codes.verify_pin(pin, phone.pin_hash):
        phone.reset_wrong_tries()
        if codes.is_pin_of_former_key(pin, phone.pin_hash):
            Phone.objects.filter(pk=phone.pk).update(pin_hash=codes.hash_pin(pin))
        return True
    phone.refresh_from_db()
    if phone.is_locked:
        raise PinLocked
    return False


def record_bookmark_session(phone: Phone, session_key: str) -> None:
    """Store the phone's latest session key, so that ending the bookmark ends it too."""
    Phone.objects.filter(pk=phone.pk).update(session_key=session_key)


@transaction.atomic
def end_bookmark(pk: int, *, by: Member) -> None:
    """End the bookmark, and the session that came in by it."""
    phone = Phone.objects.live().filter(pk=pk, member=by).first()
    if phone is None:
        return
    Phone.objects.filter(pk=phone.pk).update(ended_at=timezone.now())
    if phone.session_key:
        end_session(phone.session_key)
