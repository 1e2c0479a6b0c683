"""Linking an account on a network: the row that waits while the member is away there.

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

from accounts.actions.discarded_access import discard, discard_result
from accounts.actions.link_results import Outcome, agreed, unsealed
from accounts.actions.link_throttling import NotNow
from accounts.crypto import codes, encryption
from accounts.models import LinkReturn, Member
from accounts.providers.base import Authorized, ExchangeFailed, LinkRedirect, ScopesRefused
from accounts.providers.servers import Server
from accounts.signals import account_linked
from accounts.urlsession.api import forget_door, outside_path

AWAY = timedelta(minutes=10)  # to leave, agree, come back, and once more to confirm
KEPT_FOR = timedelta(days=1)  # the row, for staff to look at
NUMBER_TRIES = 3
AT_ONCE = 100  # rows whose time is over, in one go
DOOR = "door"  # in the stash: the path of the page by which the member left


class Over(Exception):
    """The row is unknown, used, expired or spent, or is not for the one who asks."""


class WrongNumber(Exception):
    """Not the number that was shown. `left` tries remain."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class LinkedElsewhere(Exception):
    """Another member has linked this account."""


def leave(  # noqa: PLR0913 - who, where, and what brings them back
    leaving: LinkRedirect,
    *,
    by: Member,
    network: str,
    server: Server | None = None,
    session_key: str,
    number: str,
) -> str:
    """Keeps what is needed when the member comes back; returns the path of the door they leave by.

    `server` is None on networks of one server, `number` "" in cookie mode. Raises NotNow, ExchangeFailed.
    """
    forget_old()
    door = outside_path(leaving.url)
    if not door:
        raise NotNow(_("The permission page there has an address that cannot be opened from here."))
    row = LinkReturn(
        state_hash=_hash(network, leaving.key),
        network=network,
        host=server.host if server else "",
        registration_id=server.registration if server else None,
        member=by,
        session_key=session_key,
        is_url_mode=bool(number),
        number_mac=_mac(number, leaving.key) if number else "",
        sealed_stash=encryption.seal_json({**leaving.stash, DOOR: door}),
        expires_at=timezone.now() + AWAY,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a server that gives out what another member is away with
        raise ExchangeFailed from None
    return door


def enter(account: Authorized, *, by: Member, network: str, session_key: str) -> None:
    """Who proved the account by an app password never leaves: straight to the confirm page."""
    forget_old()
    now = timezone.now()
    LinkReturn.objects.create(
        state_hash=_hash(network, secrets.token_urlsafe(20)),
        network=network,
        host=account.credentials.get("host", ""),
        member=by,
        session_key=session_key,
        is_url_mode=False,
        sealed_result=encryption.seal_json(agreed(account)),
        expires_at=now + AWAY,
        exchanged_at=now,
        returned_at=now,
    )


def forget_old() -> int:
    """What is sealed goes when its time is over, the row a day after; returns how many rows went.

    The sweeper calls this, too: tokens of who never confirmed do not stay.
    """
    now = timezone.now()
    old = LinkReturn.objects.filter(expires_at__lt=now)
    for row in old.filter(used_at=None).exclude(sealed_result="")[:AT_ONCE]:
        with suppress(Over):  # somebody else was faster
            stop(row)
    old.exclude(sealed_stash="").update(sealed_stash="")
    gone, _by_model = old.filter(expires_at__lt=now - KEPT_FOR).delete()
    return gone


def find(network: str, key: str) -> LinkReturn:
    """The live row of what a network handed back. Raises Over."""
    row = _live().filter(state_hash=_hash(network, key), network=network).first() if key else None
    if row is None:
        raise Over
    return row


def proof_of(network: str, params: Mapping[str, str]) -> str:
    """Stands for all that came back, so that only a browser that has it can make it."""
    text = json.dumps([network, sorted(params.items())])
    return hashlib.sha256(f"back:{text}".encode()).hexdigest()[:40]


def exchange(
    row: LinkReturn, *, proof: str, refused: bool, ask: Callable[[Mapping[str, str]], Authorized]
) -> None:
    """Hears once and for all who agreed, and keeps it sealed. A second call does nothing.

    At once when the member comes back, since a code lives for seconds on some networks; `ask` gets
    the stash and may raise ExchangeFailed. What is heard belongs to the browser that has `proof`.
    """
    now = timezone.now()
    claimed = _live().filter(pk=row.pk, exchanged_at=None)
    unheard = encryption.seal_json({"outcome": Outcome.FAILED, "proof": proof})
    if claimed.update(exchanged_at=now, expires_at=now + AWAY, sealed_result=unheard) != 1:
        return
    stash = unsealed(row.sealed_stash)
    forget_door(stash.pop(DOOR, ""))
    heard = {**_heard(row, stash, refused, ask), "proof": proof}
    sealed = encryption.seal_json(heard)
    with transaction.atomic():
        if _live().filter(pk=row.pk).update(sealed_stash="", sealed_result=sealed) != 1:
            row.sealed_result = sealed  # stopped, or its member went, while the network was asked
            discard_result(row)


def _heard(
    row: LinkReturn,
    stash: Mapping[str, str],
    refused: bool,
    ask: Callable[[Mapping[str, str]], Authorized],
) -> dict[str, Any]:
    if refused:
        return {"outcome": Outcome.REFUSED}
    try:
        account = ask(stash)
    except ExchangeFailed as error:
        if error.given:
            discard(row.network, error.given, registration=row.registration_id)
        is_narrow = isinstance(error, ScopesRefused)
        return {"outcome": Outcome.TOO_NARROW if is_narrow else Outcome.FAILED}
    return agreed(account)


def check_number(row: LinkReturn, key: str, typed: str, *, proof: str) -> None:
    """Lets the one who came back and typed the right number have the session back, once.

    Raises WrongNumber and Over as compare_number() does, and Over for a second one.
    """
    compare_number(row, key, typed, proof=proof)
    if _awaiting_number(row).update(returned_at=timezone.now()) != 1:
        raise Over


def compare_number(row: LinkReturn, key: str, typed: str, *, proof: str) -> None:
    """Whether the one who came back typed the right number. The session stays where it is.

    Raises WrongNumber, or Over: no tries left, or somebody else came back. The try is counted
    before the number is looked at, so that tries made at once count too; a right one is given back.
    """
    _check_proof(row, proof)
    waiting = _awaiting_number(row)
    if waiting.filter(tries__lt=NUMBER_TRIES).update(tries=F("tries") + 1) != 1:
        raise Over
    if not constant_time_compare(row.number_mac, _mac(typed, key)):
        row.refresh_from_db(fields=["tries"])
        if row.tries >= NUMBER_TRIES:
            stop(row)
            raise Over
        raise WrongNumber(NUMBER_TRIES - row.tries)
    waiting.update(tries=F("tries") - 1)


def _awaiting_number(row: LinkReturn) -> Any:
    return _live().filter(pk=row.pk, is_url_mode=True, returned_at=None)


def _check_proof(row: LinkReturn, proof: str) -> None:
    """Raises Over for who is not the one that came back."""
    known = unsealed(row.sealed_result).get("proof", "")
    if not known or not constant_time_compare(known, proof):
        raise Over


def is_back(row: LinkReturn) -> None:
    """In cookie mode the session itself came back."""
    LinkReturn.objects.filter(pk=row.pk, returned_at=None).update(returned_at=timezone.now())


def to_confirm(network: str, *, by: Member, session_key: str | None) -> LinkReturn:
    """What came back to this session and waits for its member's word. Raises Over."""
    rows = _live().filter(
        network=network, member=by, session_key=session_key or "-", returned_at__isnull=False
    )
    row = rows.exclude(exchanged_at=None).order_by("-returned_at").first()
    if row is None:
        raise Over
    return row


@transaction.atomic
def link(row: LinkReturn, account: Authorized, *, by: Member) -> SocialAccount:
    """Makes the account the member's, or renews it. Raises LinkedElsewhere, or Over for a late one."""
    _spend(row)
    known, is_new = SocialAccount.objects.get_or_create(
        provider=row.network, uid=account.uid, defaults={"user": by}
    )
    if known.user_id != by.pk:
        raise LinkedElsewhere
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
def stop(row: LinkReturn) -> str:
    """Spends the row; what the network gave is discarded. Returns what the member should know, if
    anything. Raises Over where it was spent before."""
    locked = LinkReturn.objects.select_for_update().filter(pk=row.pk).first()
    if locked is None:
        raise Over
    _spend(locked)
    return discard_result(locked)


def _spend(row: LinkReturn) -> None:
    """Wipes what is sealed in the row; `row` itself still has it. Raises Over."""
    spent = LinkReturn.objects.filter(pk=row.pk, used_at=None)
    if spent.update(used_at=timezone.now(), sealed_stash="", sealed_result="") != 1:
        raise Over


def _live() -> Any:
    return LinkReturn.objects.filter(used_at=None, expires_at__gt=timezone.now())


def _hash(network: str, key: str) -> str:
    """What is stored of what a network hands back; a key of one network is none of another's."""
    return hashlib.sha256(f"link:{network}:{key}".encode()).hexdigest()[:40]


def _mac(number: str, key: str) -> str:
    """Keyed from the environment: ten thousand numbers are tried in no time against a dump."""
    return codes.hash_typed(number, f"link:{key}")
