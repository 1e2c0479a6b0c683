"""Phone login: a phone logs in by a code that a computer shows.

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

from accounts.actions.sessions import is_logged_in
from accounts.crypto import codes
from accounts.models import Member, PhoneLogin, PhoneOpener
from accounts.models.phone_login import PhoneLoginQuerySet
from accounts.urlsession.api import end_session

PHONE_CODE_LIFETIME = timedelta(seconds=120)
MAX_ENDED_KEPT = 20  # codes of one member that are over and let nobody in
MAX_OPENERS = 6  # more is no family around a screen
NUMBERS_SHOWN = 3
_CODE_PURPOSE = "phone"  # what its typed codes are for, see codes.hash_typed_code


class PhoneCodeExpired(Exception):
    """The code is unknown, used, ended or expired, or another computer's."""


class NumberNotPicked(Exception):
    """The code is live, but the computer has not picked a number yet."""

    def __init__(self, opener: PhoneOpener) -> None:
        super().__init__(opener.number)
        self.opener = opener


@dataclass(frozen=True)
class OpenedCode:
    """An opener, and the nonce that its Continue button carries."""

    opener: PhoneOpener
    nonce: str


@dataclass(frozen=True)
class NumberChoice:
    """What the computer shows: numbers to pick from, and the openers' device labels."""

    numbers: list[str]
    devices: list[str]

    @property
    def has_many_openers(self) -> bool:
        return len(self.devices) > 1


def start_phone_login(*, by: Member, issuer_key: str) -> tuple[PhoneLogin, str]:
    """Create a live code for this computer and end the one before; returns login and code."""
    try:
        return _create_phone_login(by, issuer_key)
    except IntegrityError:  # the characters of another code, once in a very long time
        return _create_phone_login(by, issuer_key)


def get_phone_login(code: str, *, by: Member, issuer_key: str) -> PhoneLogin:
    """Return the live login of a code, for the computer that shows it. Raises PhoneCodeExpired."""
    rows = PhoneLogin.objects.live().filter(member=by, issuer_key=issuer_key)
    login = rows.select_related("picked").filter(code_hash=codes.hash_code(code)).first()
    if login is None:
        raise PhoneCodeExpired
    return login


def number_choice(login: PhoneLogin) -> NumberChoice:
    """The openers' numbers mixed with decoys; empty while there are no openers."""
    openers = list(login.openers.order_by("pk"))
    shown = [opener.number for opener in openers]
    if openers:
        # One at least that is nobody's, or with three openers every press would be right.
        spare = max(NUMBERS_SHOWN - len(openers), 1)
        shown += login.decoys.split()[:spare]
    return NumberChoice(numbers=sorted(shown), devices=[opener.device for opener in openers])


def pick_number(login: PhoneLogin, number: str) -> bool:
    """Pick the number that the phone shows. A wrong one ends the code: False.

    Raises PhoneCodeExpired when the code ended meanwhile or another number was picked already.
    """
    opener = login.openers.filter(number=number).first()
    if opener is None:
        end_phone_login(login, "wrong_pick")
        return False
    if PhoneLogin.objects.live().filter(pk=login.pk, picked=None).update(picked=opener) != 1:
        raise PhoneCodeExpired
    return True


def end_phone_login(login: PhoneLogin, reason: str) -> None:
    """End the code for all openers. One that was used already stays as it is."""
    rows = PhoneLogin.objects.filter(pk=login.pk, used_at=None, ended_at=None)
    rows.update(ended_at=timezone.now(), end_reason=reason)


def open_scanned_code(code: str, *, device: str) -> OpenedCode:
    """Register a phone that followed the QR code's address. Raises PhoneCodeExpired."""
    return _open_code(PhoneLogin.objects.live().filter(code_hash=codes.hash_code(code)), device)


def open_typed_code(typed: str, *, device: str) -> OpenedCode:
    """Register a phone that typed the ten characters. Raises PhoneCodeExpired. The caller limits the
    rate.
    """
    return _open_code(
        PhoneLogin.objects.live().filter(
            typed_hash__in=codes.typed_code_hashes(typed, _CODE_PURPOSE)
        ),
        device,
    )


def get_approved_phone_login(nonce: str) -> PhoneLogin:
    """Return the live login whose computer picked the phone with this nonce, without using it up.

    Raises NumberNotPicked while the computer has not chosen, PhoneCodeExpired in every other case.
    """
    rows = PhoneOpener.objects.select_related("login", "login__member")
    opener = rows.filter(nonce_hash=codes.hash_code(nonce)).first()
    if opener is None:
        raise PhoneCodeExpired
    login = opener.login
    _end_if_logged_out(login)
    if login.is_live and login.picked_id is None:
        raise NumberNotPicked(opener)
    if not login.is_live or login.picked_id != opener.pk:
        raise PhoneCodeExpired
    return login


def complete_phone_login(nonce: str) -> PhoneLogin:
    """Use up the login of the phone with this nonce, in one update, by one request.

    Raises NumberNotPicked and PhoneCodeExpired as `approved` does.
    """
    login = get_approved_phone_login(nonce)
    # The condition stands on the row itself: PostgreSQL looks at it again when two updates meet,
    # which it does not do for a sub-select.
    rows_used = PhoneLogin.objects.live().filter(pk=login.pk, picked_id=login.picked_id)
    if rows_used.update(used_at=timezone.now()) != 1:
        raise PhoneCodeExpired
    return login


def record_phone_session(login: PhoneLogin, session_key: str) -> None:
    """Store the phone's session key, so that "End it" can end that session."""
    PhoneLogin.objects.filter(pk=login.pk).update(session_key=session_key)


def acknowledge_phone_login(pk: int, *, by: Member) -> None:
    """Mark the notice on the computer as answered: "It was me"."""
    PhoneLogin.objects.filter(pk=pk, member=by).update(is_acknowledged=True)


def end_phone_session(pk: int, *, by: Member) -> None:
    """End the session of the phone that this login let in."""
    login = PhoneLogin.objects.filter(pk=pk, member=by).exclude(session_key="").first()
    if login is not None:
        end_session(login.session_key)
        acknowledge_phone_login(pk, by=by)


@transaction.atomic
def _create_phone_login(by: Member, issuer_key: str) -> tuple[PhoneLogin, str]:
    # One press after the other: two at once would both end the old code and both make a new one.
    Member.objects.select_for_update().get(pk=by.pk)
    now, code = timezone.now(), codes.new_code()
    PhoneLogin.objects.filter(issuer_key=issuer_key, used_at=None, ended_at=None).update(
        ended_at=now, end_reason="replaced"
    )
    over = PhoneLogin.objects.filter(member=by, session_key="").exclude(ended_at=None)
    oldest = list(over.order_by("-pk").values_list("pk", flat=True)[MAX_ENDED_KEPT:])
    PhoneLogin.objects.filter(pk__in=oldest).delete()
    decoys: list[str] = []
    for _ in range(NUMBERS_SHOWN):
        decoys.append(codes.new_comparison_number(decoys))
    login = PhoneLogin.objects.create(
        member=by,
        code_hash=codes.hash_code(code),
        typed_hash=codes.hash_typed_code(codes.derive_typed_code(code), _CODE_PURPOSE),
        issuer_key=issuer_key,
        decoys=" ".join(decoys),
        expires_at=now + PHONE_CODE_LIFETIME,
    )
    return login, code


def _open_code(rows: PhoneLoginQuerySet, device: str) -> OpenedCode:
    login = rows.select_related("member").first()
    if login is None:
        raise PhoneCodeExpired
    _end_if_logged_out(login)
    nonce = codes.new_code()
    return OpenedCode(_create_opener(login, nonce, device), nonce)


def _create_opener(login: PhoneLogin, nonce: str, device: str) -> PhoneOpener:
    """Create an opener with a number of its own; two at once may draw the same, then retry."""
    while True:
        taken = [*login.openers.values_list("number", flat=True), *login.decoys.split()]
        if len(taken) >= MAX_OPENERS + NUMBERS_SHOWN:
            raise PhoneCodeExpired
        try:
            with transaction.atomic():
                return PhoneOpener.objects.create(
                    login=login,
                    nonce_hash=codes.hash_code(nonce),
                    number=codes.new_comparison_number(taken),
                    device=device[:80],
                )
        except IntegrityError:
            continue


def _end_if_logged_out(login: PhoneLogin) -> None:
    """End the code and raise PhoneCodeExpired if its computer is no longer logged in.

    Asked of the session itself each time, so it does not matter how that ended: log-out, time-out,
    by staff, by a changed password.
    """
    if not is_logged_in(login.member, login.issuer_key):
        end_phone_login(login, "logged_out")
        raise PhoneCodeExpired
