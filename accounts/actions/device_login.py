"""A computer is let in by a phone that is in: RFC 8628, with more asked of the one who approves.

This is the flow that phishers use ("type this code, please"). So the phone is shown which browser
asks, when and from where; it must give its PIN or the password, and choose the number that stands
on the computer among three; afterwards there is a notice on the phone and a mail.

No second factor is asked of the computer: the phone's session has passed it, and the PIN or the
password was typed there just now.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import guesses, phones
from accounts.actions.sessions import is_in
from accounts.crypto import codes
from accounts.models import DeviceLogin, Member, Phone
from accounts.models.device_login import DeviceLoginQuerySet
from accounts.public_urls import public_url
from accounts.urlsession.api import end_session

LIFETIME = timedelta(minutes=10)
MOST_ASKING = 100  # computers of one address, which may be a carrier's gateway
MOST_IN_ALL = 20_000  # of all addresses, since one IPv6 network has more than can be counted
INTERVAL = timedelta(seconds=5)  # RFC 8628, section 3.5: between two looks of the computer
_TYPED = "device"

logger = logging.getLogger(__name__)


class CodeOver(Exception):
    """The code is unknown, used, refused or expired."""


class NotApproved(Exception):
    """Nobody has approved it yet. `is_too_soon`: the computer asks more often than it should."""

    def __init__(self, *, is_too_soon: bool) -> None:
        super().__init__()
        self.is_too_soon = is_too_soon


class WrongSecret(Exception):
    """Neither the phone's PIN nor the password. `is_last`: no try is left, so tell the member."""

    def __init__(self, *, is_last: bool) -> None:
        super().__init__()
        self.is_last = is_last


def begin(*, device: str, address: str) -> tuple[DeviceLogin, str]:
    """A code for this computer, and its ten letters."""
    try:
        return _begin(device, address)
    except IntegrityError:  # the letters of another computer, once in a very long time
        return _begin(device, address)


def end(login: DeviceLogin, reason: str) -> None:
    """The code is over. One that was used already stays as it is."""
    rows = DeviceLogin.objects.filter(pk=login.pk, used_at=None, ended_at=None)
    rows.update(ended_at=timezone.now(), end_reason=reason)


def find(pk: int) -> DeviceLogin:
    """The code of the computer whose session holds this pk. Raises CodeOver."""
    return _one(DeviceLogin.objects.live().filter(pk=pk))


def find_typed(typed: str) -> DeviceLogin:
    """The code that was typed on a phone. Raises CodeOver. The caller limits how often."""
    hashed = codes.hash_typed(typed, _TYPED)
    return _one(DeviceLogin.objects.pending().filter(user_code_hash=hashed))


def check_secret(login: DeviceLogin, secret: str, *, by: Member, phone: Phone | None) -> None:
    """The PIN of the phone that asks, or the password.

    Raises WrongSecret, CodeOver, and guesses.TooManyGuesses: the password is the one of the log-in,
    so tries count together with those there. Five wrong ones and the computer is refused.
    """
    if not login.claim_try():
        end(login, "tries")
        raise CodeOver
    if phone is not None and _is_pin(phone, secret):
        return
    account = guesses.account_of(by)
    guesses.claim(guesses.PASSWORD, [account])
    if by.check_password(secret):
        guesses.give_back(guesses.PASSWORD, [account])
        return
    is_shut = guesses.is_shut(guesses.PASSWORD, account)
    raise WrongSecret(is_last=is_shut or not login.has_tries_left())


def approve(login: DeviceLogin, number: str, *, by: Member, approver_key: str) -> None:
    """The member lets the computer in whose number they chose. A wrong one ends it: CodeOver."""
    if number != login.number:
        end(login, "wrong_number")
        raise CodeOver
    rows = DeviceLogin.objects.pending().filter(pk=login.pk)
    now = timezone.now()
    if rows.update(approved_by=by, approver_key=approver_key, approved_at=now) != 1:
        raise CodeOver


def use(login: DeviceLogin) -> Member:
    """The computer asks whether it may come in: once, and only one that was approved.

    Raises NotApproved while the phone has not, CodeOver in every other case.
    """
    now = timezone.now()
    if login.approved_by is None:
        is_too_soon = login.pressed_at is not None and now - login.pressed_at < INTERVAL
        DeviceLogin.objects.filter(pk=login.pk).update(pressed_at=now)
        raise NotApproved(is_too_soon=is_too_soon)
    if not is_in(login.approved_by, login.approver_key):
        end(login, "logged_out")
        raise CodeOver
    rows = DeviceLogin.objects.live().filter(pk=login.pk, approved_by=login.approved_by)
    if rows.update(used_at=now) != 1:
        raise CodeOver
    return login.approved_by


def remember_session(login: DeviceLogin, session_key: str) -> None:
    """Which session the computer got, so that "End it" can end it."""
    DeviceLogin.objects.filter(pk=login.pk).update(session_key=session_key)


def tell(login: DeviceLogin, member: Member) -> None:
    """The mail afterwards. That it cannot be sent keeps nobody out; the notice still stands."""
    if not member.email:
        return
    text = render_to_string(
        "accounts/mail/device_login.txt",
        {"member": member, "login": login, "sessions_url": public_url("session_list")},
    )
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + _("A computer logged in")
    try:
        send_mail(subject, text, None, [member.email])
    except OSError:  # the mail server's fault, whatever it was
        logger.exception("The mail about a computer that logged in could not be sent.")


def tell_guesses(member: Member, *, device: str, address: str) -> None:
    """A mail: somebody in the member's session used up the tries at the password or PIN."""
    if not member.email:
        return
    text = render_to_string(
        "accounts/mail/device_guesses.txt",
        {
            "member": member,
            "device": device,
            "address": address,
            "sessions_url": public_url("session_list"),
        },
    )
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + _("Wrong passwords were typed")
    try:
        send_mail(subject, text, None, [member.email])
    except OSError:
        logger.exception("The mail about wrong passwords could not be sent.")


def acknowledge(pk: int, *, by: Member) -> None:
    """It was me: the notice on the phone is answered."""
    DeviceLogin.objects.filter(pk=pk, approved_by=by).update(is_acknowledged=True)


def end_computer(pk: int, *, by: Member) -> None:
    """It was not me, or no longer: the computer that came in is out."""
    login = DeviceLogin.objects.filter(pk=pk, approved_by=by).exclude(session_key="").first()
    if login is not None:
        end_session(login.session_key)
        acknowledge(pk, by=by)


def _is_pin(phone: Phone, secret: str) -> bool:
    """Whether it is the phone's PIN. What cannot be one costs none of the phone's own tries."""
    if not codes.plain(secret).isdigit() or len(secret) not in codes.PIN_LENGTHS:
        return False
    try:
        return phones.enter(phone, secret)
    except phones.Locked:
        return False


def _make_room(address: str) -> None:
    """So many codes that nobody approved are kept; the oldest go, nobody is refused."""
    rows = DeviceLogin.objects.filter(approved_at=None).order_by("-pk")
    for some, most in ((rows.filter(address=address), MOST_ASKING), (rows, MOST_IN_ALL)):
        oldest = list(some.values_list("pk", flat=True)[most - 1 :])
        DeviceLogin.objects.filter(pk__in=oldest, approved_at=None).delete()


def _begin(device: str, address: str) -> tuple[DeviceLogin, str]:
    _make_room(address)
    typed = codes.new_typed_code()
    number = codes.new_number([])
    decoy = codes.new_number([number])
    other = codes.new_number([number, decoy])
    login = DeviceLogin.objects.create(
        user_code_hash=codes.hash_typed(typed, _TYPED),
        device=device[:80],
        address=address,
        number=number,
        decoys=f"{decoy} {other}",
        expires_at=timezone.now() + LIFETIME,
    )
    return login, typed


def _one(rows: DeviceLoginQuerySet) -> DeviceLogin:
    login = rows.select_related("approved_by").first()
    if login is None:
        raise CodeOver
    return login
