"""A phone logs in by a code that a computer shows.

The code alone lets nobody in. Whoever opens it gets a number and a nonce of their own; the member
picks, on the computer, the number that stands on their phone; then that opener alone may press
Continue, once. A photographed code therefore shows the computer a second opener, and a link preview
uses nothing up.

No second factor is asked: the computer that showed the code is logged in with it already, and the
member has just acted there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.sessions import is_in
from accounts.crypto import codes
from accounts.models import Member, PhoneLogin, PhoneOpener
from accounts.models.phone_login import PhoneLoginQuerySet
from accounts.urlsession.api import end_session

LIFETIME = timedelta(seconds=120)
MOST_KEPT = 20  # codes of one member that are over and let nobody in
MOST_OPENERS = 6  # more is no family around a screen
NUMBERS_SHOWN = 3
_TYPED = "phone"  # what its typed codes are for, see codes.hash_typed


class CodeOver(Exception):
    """The code is unknown, used, ended or expired, or is not for the one who asks."""


class NotPicked(Exception):
    """The code lives, but nobody has picked a number on the computer yet."""

    def __init__(self, opener: PhoneOpener) -> None:
        super().__init__(opener.number)
        self.opener = opener


@dataclass(frozen=True)
class Opened:
    """What an opener's page shows, and the nonce that its Continue button carries."""

    opener: PhoneOpener
    nonce: str


@dataclass(frozen=True)
class Numbers:
    """What the computer's page shows: numbers to choose from, and who opened the code, in words."""

    numbers: list[str]
    devices: list[str]

    @property
    def are_many(self) -> bool:
        return len(self.devices) > 1


def begin(*, by: Member, issuer_key: str) -> tuple[PhoneLogin, str]:
    """A new live code for this computer, and the code itself. The one before it ends."""
    try:
        return _begin(by, issuer_key)
    except IntegrityError:  # the letters of another code, once in a very long time
        return _begin(by, issuer_key)


def find(code: str, *, by: Member, issuer_key: str) -> PhoneLogin:
    """The live code as the computer that shows it sees it. Raises CodeOver."""
    rows = PhoneLogin.objects.live().filter(member=by, issuer_key=issuer_key)
    login = rows.select_related("picked").filter(code_hash=codes.hash_code(code)).first()
    if login is None:
        raise CodeOver
    return login


def numbers(login: PhoneLogin) -> Numbers:
    """The openers' numbers among others that nobody has; without openers there are none."""
    openers = list(login.openers.order_by("pk"))
    shown = [opener.number for opener in openers]
    if openers:
        # One at least that is nobody's, or with three openers every press would be right.
        spare = max(NUMBERS_SHOWN - len(openers), 1)
        shown += login.decoys.split()[:spare]
    return Numbers(numbers=sorted(shown), devices=[opener.device for opener in openers])


def pick(login: PhoneLogin, number: str) -> bool:
    """The member says which number stands on their phone. A wrong one ends the code: False.

    Raises CodeOver when the code ended meanwhile or another number was picked already.
    """
    opener = login.openers.filter(number=number).first()
    if opener is None:
        end(login, "wrong_pick")
        return False
    if PhoneLogin.objects.live().filter(pk=login.pk, picked=None).update(picked=opener) != 1:
        raise CodeOver
    return True


def end(login: PhoneLogin, reason: str) -> None:
    """The code is over for everybody. One that was used already stays as it is."""
    rows = PhoneLogin.objects.filter(pk=login.pk, used_at=None, ended_at=None)
    rows.update(ended_at=timezone.now(), end_reason=reason)


def open_scanned(code: str, *, device: str) -> Opened:
    """A phone followed the address of the QR code. Raises CodeOver."""
    return _open(PhoneLogin.objects.live().filter(code_hash=codes.hash_code(code)), device)


def open_typed(typed: str, *, device: str) -> Opened:
    """The same by the ten letters. Raises CodeOver. The caller limits how often it is asked."""
    return _open(
        PhoneLogin.objects.live().filter(typed_hash=codes.hash_typed(typed, _TYPED)), device
    )


def approved(nonce: str) -> PhoneLogin:
    """The live code whose computer chose the phone with this nonce. It is not used up.

    Raises NotPicked while the computer has not chosen, CodeOver in every other case.
    """
    rows = PhoneOpener.objects.select_related("login", "login__member")
    opener = rows.filter(nonce_hash=codes.hash_code(nonce)).first()
    if opener is None:
        raise CodeOver
    login = opener.login
    _end_if_orphaned(login)
    if login.is_live and login.picked_id is None:
        raise NotPicked(opener)
    if not login.is_live or login.picked_id != opener.pk:
        raise CodeOver
    return login


def proceed(nonce: str) -> PhoneLogin:
    """The phone with this nonce continues: its code is used up, in one update, by one request.

    Raises NotPicked and CodeOver as `approved` does.
    """
    login = approved(nonce)
    # The condition stands on the row itself: PostgreSQL looks at it again when two updates meet,
    # which it does not do for a sub-select.
    rows_used = PhoneLogin.objects.live().filter(pk=login.pk, picked_id=login.picked_id)
    if rows_used.update(used_at=timezone.now()) != 1:
        raise CodeOver
    return login


def remember_session(login: PhoneLogin, session_key: str) -> None:
    """Which session the phone got, so that "End it" can end it."""
    PhoneLogin.objects.filter(pk=login.pk).update(session_key=session_key)


def acknowledge(pk: int, *, by: Member) -> None:
    """It was me: the notice on the computer is answered."""
    PhoneLogin.objects.filter(pk=pk, member=by).update(is_acknowledged=True)


def end_phone(pk: int, *, by: Member) -> None:
    """It was not me, or no longer: the phone that came in by this code is out."""
    login = PhoneLogin.objects.filter(pk=pk, member=by).exclude(session_key="").first()
    if login is not None:
        end_session(login.session_key)
        acknowledge(pk, by=by)


@transaction.atomic
def _begin(by: Member, issuer_key: str) -> tuple[PhoneLogin, str]:
    # One press after the other: two at once would both end the old code and both make a new one.
    Member.objects.select_for_update().get(pk=by.pk)
    now, code = timezone.now(), codes.new_code()
    PhoneLogin.objects.filter(issuer_key=issuer_key, used_at=None, ended_at=None).update(
        ended_at=now, end_reason="replaced"
    )
    over = PhoneLogin.objects.filter(member=by, session_key="").exclude(ended_at=None)
    oldest = list(over.order_by("-pk").values_list("pk", flat=True)[MOST_KEPT:])
    PhoneLogin.objects.filter(pk__in=oldest).delete()
    decoys: list[str] = []
    for _ in range(NUMBERS_SHOWN):
        decoys.append(codes.new_number(decoys))
    login = PhoneLogin.objects.create(
        member=by,
        code_hash=codes.hash_code(code),
        typed_hash=codes.hash_typed(codes.typed_from(code), _TYPED),
        issuer_key=issuer_key,
        decoys=" ".join(decoys),
        expires_at=now + LIFETIME,
    )
    return login, code


def _open(rows: PhoneLoginQuerySet, device: str) -> Opened:
    login = rows.select_related("member").first()
    if login is None:
        raise CodeOver
    _end_if_orphaned(login)
    nonce = codes.new_code()
    return Opened(_new_opener(login, nonce, device), nonce)


def _new_opener(login: PhoneLogin, nonce: str, device: str) -> PhoneOpener:
    """A row with a number of its own. Two who open at once may draw the same: then once more."""
    while True:
        taken = [*login.openers.values_list("number", flat=True), *login.decoys.split()]
        if len(taken) >= MOST_OPENERS + NUMBERS_SHOWN:
            raise CodeOver
        try:
            with transaction.atomic():
                return PhoneOpener.objects.create(
                    login=login,
                    nonce_hash=codes.hash_code(nonce),
                    number=codes.new_number(taken),
                    device=device[:80],
                )
        except IntegrityError:
            continue


def _end_if_orphaned(login: PhoneLogin) -> None:
    """Ends the code, and raises CodeOver, when its computer is no longer logged in as the member.

    Asked of the session itself each time, so it does not matter how that ended: log-out, time-out,
    by staff, by a changed password.
    """
    if not is_in(login.member, login.issuer_key):
        end(login, "logged_out")
        raise CodeOver
