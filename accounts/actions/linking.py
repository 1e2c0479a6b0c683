"""Linking an account on a network: the attempt's row while the member is away.

What comes back from a network (`state` and its like) is known to that network, so it never gives a
session back: under a token the 4-digit number does, which the member saw before leaving and which
never travels. In cookie mode the cookie of the session that left does. Tokens of the network stand
sealed in the row until the member confirms, and nowhere else.

Nor may who left take what another browser brought back: handing the permission page's address to
a stranger would link the stranger's account. Cookies rule that out; under a token the number goes
with a proof made of all that came back (the code among it), which that browser alone has.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.actions.discarded_access import discard_credentials, discard_link_result
from accounts.actions.link_results import LinkOutcome, agreed_result, decrypt_or_empty
from accounts.actions.link_throttling import LinkingUnavailable, check_room_for_account
from accounts.crypto import codes, encryption
from accounts.models import LinkAttempt, Member
from accounts.providers.base import Authorized, LinkingFailed, LinkRedirect, ScopesRefused
from accounts.providers.servers import Server
from accounts.signals import account_linked
from accounts.urlsession.api import delete_outbound_link, outbound_path

ATTEMPT_LIFETIME = timedelta(minutes=10)  # to leave, agree, come back, and once more to confirm
ATTEMPT_RETENTION = timedelta(days=1)  # the row, for staff to look at
MAX_NUMBER_TRIES = 3
EXPIRY_BATCH = 100  # rows whose time is over, in one go
OUTBOUND_PATH = "door"  # in the stash: the path of the page by which the member left


class LinkAttemptExpired(Exception):
    """The attempt is unknown, used, expired, out of tries, or another browser's."""


class WrongReturnNumber(Exception):
    """The number is not the one that was shown. `tries_left` tries remain."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class LinkedByOtherMember(Exception):
    """Another member has linked this account."""


def start_link_attempt(  # noqa: PLR0913 - who, where, and what brings them back
    leaving: LinkRedirect,
    *,
    by: Member,
    network: str,
    server: Server | None = None,
    session_key: str,
    number: str,
) -> str:
    """Store what the return needs; returns the path of the outbound page to leave by.

    `server` is None on networks of one server, `number` "" in cookie mode. Raises LinkingUnavailable, LinkingFailed.
    """
    expire_link_attempts()
    way_out = outbound_path(leaving.url, is_permission_page=True)
    if not way_out:
        raise LinkingUnavailable(
            _("The network’s permission page has an address that cannot be opened from here.")
        )
    row = LinkAttempt(
        state_hash=_hash(network, leaving.key),
        network=network,
        host=server.host if server else "",
        registration_id=server.registration if server else None,
        member=by,
        session_key=session_key,
        is_url_mode=bool(number),
        number_mac=_mac(number, leaving.key) if number else "",
        sealed_stash=encryption.encrypt_json({**leaving.stash, OUTBOUND_PATH: way_out}),
        expires_at=timezone.now() + ATTEMPT_LIFETIME,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a server that gives out what another member is away with
        raise LinkingFailed from None
    return way_out


def start_password_attempt(
    account: Authorized, *, by: Member, network: str, session_key: str
) -> None:
    """Store an account proved by an app password, ready to be confirmed without leaving."""
    expire_link_attempts()
    now = timezone.now()
    LinkAttempt.objects.create(
        state_hash=_hash(network, secrets.token_urlsafe(20)),
        network=network,
        host=account.credentials.get("host", ""),
        member=by,
        session_key=session_key,
        is_url_mode=False,
        sealed_result=encryption.encrypt_json(agreed_result(account)),
        expires_at=now + ATTEMPT_LIFETIME,
        exchanged_at=now,
        returned_at=now,
    )


def expire_link_attempts() -> int:
    """Cancel expired attempts and wipe their secrets; returns how many day-old rows were deleted.

    The sweeper calls this, too, so that unconfirmed tokens do not stay.
    """
    now = timezone.now()
    old = LinkAttempt.objects.filter(expires_at__lt=now)
    for row in old.filter(used_at=None).exclude(sealed_result="")[:EXPIRY_BATCH]:
        with suppress(LinkAttemptExpired):  # somebody else was faster
            cancel_link_attempt(row)
    old.exclude(sealed_stash="").update(sealed_stash="")
    return old.filter(expires_at__lt=now - ATTEMPT_RETENTION).delete()[0]


def get_link_attempt(network: str, key: str) -> LinkAttempt:
    """Return the live attempt of the key that the network handed back. Raises LinkAttemptExpired."""
    row = _live().filter(state_hash=_hash(network, key), network=network).first() if key else None
    if row is None:
        raise LinkAttemptExpired
    return row


def return_proof(network: str, params: Mapping[str, str]) -> str:
    """Hash all returned parameters: only the browser that has them can make this proof."""
    text = json.dumps([network, sorted(params.items())])
    return hashlib.sha256(f"back:{text}".encode()).hexdigest()[:40]


def exchange_for_account(
    row: LinkAttempt, *, proof: str, refused: bool, ask: Callable[[Mapping[str, str]], Authorized]
) -> None:
    """Exchange the returned code for an account and store it encrypted. Later calls do nothing.

    At once when the member comes back, since a code lives for seconds on some networks; `ask` gets
    the stash and may raise LinkingFailed. What is heard belongs to the browser that has `proof`.
    """
    now = timezone.now()
    claimed = _live().filter(pk=row.pk, exchanged_at=None)
    unheard = encryption.encrypt_json({"outcome": LinkOutcome.FAILED, "proof": proof})
    until = now + ATTEMPT_LIFETIME
    if claimed.update(exchanged_at=now, expires_at=until, sealed_result=unheard) != 1:
        return
    stash = decrypt_or_empty(row.sealed_stash)
    delete_outbound_link(stash.pop(OUTBOUND_PATH, ""))
    heard = {**_exchange_result(row, stash, refused, ask), "proof": proof}
    sealed = encryption.encrypt_json(heard)
    with transaction.atomic():
        if _live().filter(pk=row.pk).update(sealed_stash="", sealed_result=sealed) != 1:
            row.sealed_result = sealed  # stopped, or its member went, while the network was asked
            discard_link_result(row)


def _exchange_result(
    row: LinkAttempt,
    stash: Mapping[str, str],
    refused: bool,
    ask: Callable[[Mapping[str, str]], Authorized],
) -> dict[str, Any]:
    if refused:
        return {"outcome": LinkOutcome.REFUSED}
    try:
        account = ask(stash)
    except LinkingFailed as error:
        if error.given:
            discard_credentials(row.network, error.given, registration=row.registration_id)
        is_narrow = isinstance(error, ScopesRefused)
        return {"outcome": LinkOutcome.TOO_NARROW if is_narrow else LinkOutcome.FAILED}
    return agreed_result(account)


def redeem_return_number(row: LinkAttempt, key: str, typed: str, *, proof: str) -> None:
    """Accept the right number from the browser that came back; the session returns to it, once.

    Raises what verify_return_number() does, and LinkAttemptExpired for a second one.
    """
    verify_return_number(row, key, typed, proof=proof)
    if _awaiting_number(row).update(returned_at=timezone.now()) != 1:
        raise LinkAttemptExpired


def verify_return_number(row: LinkAttempt, key: str, typed: str, *, proof: str) -> None:
    """Check the number typed by the browser that came back, leaving the session where it is.

    Raises WrongReturnNumber, or LinkAttemptExpired: no tries left, or another browser. The try is
    counted before the comparison, so that tries made at once count too; a right one is refunded.
    """
    _check_proof(row, proof)
    waiting = _awaiting_number(row)
    if waiting.filter(tries__lt=MAX_NUMBER_TRIES).update(tries=F("tries") + 1) != 1:
        raise LinkAttemptExpired
    if row.number_mac not in codes.typed_code_hashes(typed, f"link:{key}"):
        row.refresh_from_db(fields=["tries"])
        if row.tries >= MAX_NUMBER_TRIES:
            cancel_link_attempt(row)
            raise LinkAttemptExpired
        raise WrongReturnNumber(MAX_NUMBER_TRIES - row.tries)
    waiting.update(tries=F("tries") - 1)


def _awaiting_number(row: LinkAttempt) -> Any:
    return _live().filter(pk=row.pk, is_url_mode=True, returned_at=None)


def _check_proof(row: LinkAttempt, proof: str) -> None:
    """Raise LinkAttemptExpired unless `proof` is that of the browser that came back."""
    known = decrypt_or_empty(row.sealed_result).get("proof", "")
    if not known or not constant_time_compare(known, proof):
        raise LinkAttemptExpired


def mark_returned(row: LinkAttempt) -> None:
    """Record the return in cookie mode, where the session itself came back."""
    LinkAttempt.objects.filter(pk=row.pk, returned_at=None).update(returned_at=timezone.now())


def get_attempt_to_confirm(network: str, *, by: Member, session_key: str | None) -> LinkAttempt:
    """Return the session's latest attempt that waits to be confirmed. Raises LinkAttemptExpired."""
    rows = _live().filter(
        network=network, member=by, session_key=session_key or "-", returned_at__isnull=False
    )
    row = rows.exclude(exchanged_at=None).order_by("-returned_at").first()
    if row is None:
        raise LinkAttemptExpired
    return row


@transaction.atomic
def link_account(row: LinkAttempt, account: Authorized, *, by: Member) -> SocialAccount:
    """Link or link again. Raises LinkedByOtherMember, LinkAttemptExpired, TooManyLinks."""
    _mark_used(row)
    check_room_for_account(by, row.network, account.uid)
    known, is_new = SocialAccount.objects.get_or_create(
        provider=row.network, uid=account.uid, defaults={"user": by}
    )
    if known.user_id != by.pk:
        raise LinkedByOtherMember
    known.extra_data = {"name": account.name, "profile_url": account.profile_url}
    known.save()
    account_linked.send(
        SocialAccount,
        account=known,
        credentials=dict(account.credentials),
        is_again=not is_new,
        registration=row.registration_id,
    )
    return known


@transaction.atomic
def cancel_link_attempt(row: LinkAttempt) -> str:
    """Mark the attempt used and discard its credentials. Returns a note for the member, or "".
    Raises LinkAttemptExpired where it was used before.
    """
    locked = LinkAttempt.objects.select_for_update().filter(pk=row.pk).first()
    if locked is None:
        raise LinkAttemptExpired
    _mark_used(locked)
    return discard_link_result(locked)


def _mark_used(row: LinkAttempt) -> None:
    """Mark the stored row used and wipe its secrets. Raises LinkAttemptExpired."""
    spent = LinkAttempt.objects.filter(pk=row.pk, used_at=None)
    if spent.update(used_at=timezone.now(), sealed_stash="", sealed_result="") != 1:
        raise LinkAttemptExpired


def _live() -> Any:
    return LinkAttempt.objects.filter(used_at=None, expires_at__gt=timezone.now())


def _hash(network: str, key: str) -> str:
    """Hash the key that a network hands back; one network's key is none of another's."""
    return hashlib.sha256(f"link:{network}:{key}".encode()).hexdigest()[:40]


def _mac(number: str, key: str) -> str:
    """Hash the number with PIN_KEY, since ten thousand numbers are tried in no time."""
    return codes.hash_typed_code(number, f"link:{key}")
