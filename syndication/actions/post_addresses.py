"""Secret addresses for posts by mail: create, renew, end and find them, and count their mails.

Off until the member turns it on; a member has one live address at a time.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.crypto.codes import hash_typed_code, typed_code_hashes
from accounts.crypto.encryption import decrypt, encrypt
from accounts.mail_addresses import canonical_email
from accounts.models import Member
from accounts.models.member_locks import lock_members
from syndication.connectors.reasons import Reason
from syndication.models import PostAddress

# Small letters and digits for keypads: no vowels (no words), nothing that looks like another (1 l, 0 o).
LETTERS = "bcdfghjkmnpqrstvwxyz23456789"
LENGTH = 14
BITS = LENGTH * math.log2(len(LETTERS))  # 67

ENDED_KEPT = timedelta(days=180)  # as long as an address book may still hold it
MAX_ENDED = 20  # of one member: renewed more often, the oldest are not known any more
ANSWERS_AN_HOUR = 6
_PURPOSE = "post-address"


def is_post_by_mail_enabled() -> bool:
    """Whether this site accepts posts by mail."""
    return bool(settings.POST_MAIL_DOMAIN)


def live_post_address(member: Member) -> PostAddress | None:
    return PostAddress.objects.live().filter(member=member).first()


def full_address(address: PostAddress) -> str:
    """The whole address, for its member only. Raises DecryptionFailed."""
    return f"{decrypt(address.sealed_local)}@{settings.POST_MAIL_DOMAIN}"


@transaction.atomic
def enable_post_by_mail(*, by: Member) -> PostAddress:
    """The member's address, created if missing."""
    lock_members(by.pk)  # or two requests would make two addresses
    return live_post_address(by) or _make(by)


@transaction.atomic
def renew_post_address(*, by: Member) -> PostAddress:
    """Replace the address. The old one ends at once."""
    lock_members(by.pk)
    _end(by)
    return _make(by)


@transaction.atomic
def disable_post_by_mail(*, by: Member) -> None:
    lock_members(by.pk)
    _end(by)


def find_post_address(local: str) -> PostAddress | None:
    """The row of a local part, live or ended; case-insensitive."""
    found = PostAddress.objects.select_related("member").filter(member__is_active=True)
    return found.filter(local_hash__in=typed_code_hashes(local, _PURPOSE)).first()


def confirmed_address(sender: str, member: Member | None = None) -> str:
    """`sender` as a member's confirmed address (of `member`, if given), else ""."""
    if not sender:
        return ""
    confirmed = EmailAddress.objects.filter(
        email__iexact=canonical_email(sender), verified=True, user__is_active=True
    )
    if member is not None:
        confirmed = confirmed.filter(user=member)
    return confirmed.values_list("email", flat=True).first() or ""


def record_mail_refusal(address: PostAddress, reason: Reason, params: Mapping[str, int]) -> None:
    """Store why a mail was refused, for the member's page: a mail might go to a stranger."""
    PostAddress.objects.filter(pk=address.pk).update(
        refused_at=timezone.now(), refused_reason=reason, refused_params=params
    )


@transaction.atomic
def may_confirm_by_mail(address: PostAddress) -> bool:
    """Whether one more answer may be sent for this address; counts it."""
    row = lock_post_address(address)
    reset_hourly_counts(row, timezone.now())
    if row.answered >= ANSWERS_AN_HOUR:
        return False
    row.answered += 1
    row.save(update_fields=["hour_began_at", "taken", "answered"])
    return True


def lock_post_address(address: PostAddress) -> PostAddress:
    """The fresh row, locked to the end of the transaction."""
    return PostAddress.objects.select_for_update().get(pk=address.pk)


def reset_hourly_counts(row: PostAddress, now: datetime) -> None:
    """Reset the counts if their hour is over."""
    if row.hour_began_at is None or row.hour_began_at <= now - timedelta(hours=1):
        row.hour_began_at, row.taken, row.answered = now, 0, 0


def _make(member: Member) -> PostAddress:
    local = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return PostAddress.objects.create(
        member=member, local_hash=hash_typed_code(local, _PURPOSE), sealed_local=encrypt(local)
    )


def _end(member: Member) -> None:
    """End the live address. The hash stays, so that mails to it are recognised."""
    PostAddress.objects.live().filter(member=member).update(
        ended_at=timezone.now(),
        sealed_local="",
        refused_at=None,
        refused_reason="",
        refused_params={},
    )
    ended = PostAddress.objects.filter(member=member, ended_at__isnull=False).order_by("-ended_at")
    PostAddress.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[MAX_ENDED:])).delete()
