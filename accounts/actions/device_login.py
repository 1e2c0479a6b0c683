"""Device login: a logged-in phone approves a computer (RFC 8628, with more checks).

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
from django.utils.translation import pgettext

from accounts.actions import guesses, phones
from accounts.actions.sessions import is_logged_in
from accounts.crypto import codes
from accounts.models import DeviceLogin, Member, Phone
from accounts.models.device_login import DeviceLoginQuerySet
from accounts.public_urls import public_url
from accounts.urlsession.api import end_session

DEVICE_CODE_LIFETIME = timedelta(minutes=10)
MAX_PENDING_PER_ADDRESS = 100  # computers of one address, which may be a carrier's gateway
MAX_PENDING = 20_000  # of all addresses, since one IPv6 network has more than can be counted
POLL_INTERVAL = timedelta(seconds=5)  # RFC 8628, section 3.5: between two looks of the computer
_CODE_PURPOSE = "device"

logger = logging.getLogger(__name__)


class DeviceCodeExpired(Exception):
    """The code is unknown, used, refused or expired."""


class DeviceNotApproved(Exception):
    """No phone has approved the computer yet. `is_too_soon`: it polls faster than POLL_INTERVAL."""

    def __init__(self, *, is_too_soon: bool) -> None:
        super().__init__()
        self.is_too_soon = is_too_soon


class WrongPinOrPassword(Exception):
    """The secret is neither the phone's PIN nor the password. `is_last`: no try is left."""

    def __init__(self, *, is_last: bool) -> None:
        super().__init__()
        self.is_last = is_last


def start_device_login(*, device: str, address: str) -> tuple[DeviceLogin, str]:
    """Create a login for this computer; returns it with its code of ten characters."""
    try:
        return _create_device_login(device, address)
    except IntegrityError:  # the characters of another computer, once in a very long time
        return _create_device_login(device, address)


def end_device_login(login: DeviceLogin, reason: str) -> None:
    """End the code. One that was used already stays as it is."""
    rows = DeviceLogin.objects.filter(pk=login.pk, used_at=None, ended_at=None)
    rows.update(ended_at=timezone.now(), end_reason=reason)


def get_device_login(pk: int) -> DeviceLogin:
    """Return the live login that the computer's session names by `pk`. Raises DeviceCodeExpired."""
    return _first_or_expired(DeviceLogin.objects.live().filter(pk=pk))


def get_device_login_by_code(typed: str) -> DeviceLogin:
    """Return the pending login of a typed code. Raises DeviceCodeExpired. The caller limits the
    rate.
    """
    hashes = codes.typed_code_hashes(typed, _CODE_PURPOSE)
    return _first_or_expired(DeviceLogin.objects.pending().filter(user_code_hash__in=hashes))


def check_pin_or_password(
    login: DeviceLogin, secret: str, *, by: Member, phone: Phone | None
) -> None:
    """Check the phone's PIN or the member's password.

    Raises WrongPinOrPassword, DeviceCodeExpired, and guesses.TooManyGuesses: the password is the one of the log-in,
    so tries count together with those there. Five wrong ones and the computer is refused.
    """
    if not login.claim_try():
        end_device_login(login, "tries")
        raise DeviceCodeExpired
    if phone is not None and _is_pin(phone, secret):
        return
    account = guesses.subject_of_member(by)
    guesses.claim_guess(guesses.PASSWORD, [account])
    if by.check_password(secret):
        guesses.refund_guess(guesses.PASSWORD, [account])
        return
    is_locked_out = guesses.is_locked_out(guesses.PASSWORD, account)
    raise WrongPinOrPassword(is_last=is_locked_out or not login.has_tries_left())


def approve_device_login(login: DeviceLogin, number: str, *, by: Member, approver_key: str) -> None:
    """Approve the computer if `number` is its own; a wrong one ends the login. Raises
    DeviceCodeExpired.
    """
    if number != login.number:
        end_device_login(login, "wrong_number")
        raise DeviceCodeExpired
    rows = DeviceLogin.objects.pending().filter(pk=login.pk)
    now = timezone.now()
    if rows.update(approved_by=by, approver_key=approver_key, approved_at=now) != 1:
        raise DeviceCodeExpired


def complete_device_login(login: DeviceLogin) -> Member:
    """Use up an approved login, once, and return its member.

    Raises DeviceNotApproved while the phone has not, DeviceCodeExpired in every other case.
    """
    now = timezone.now()
    if login.approved_by is None:
        is_too_soon = login.pressed_at is not None and now - login.pressed_at < POLL_INTERVAL
        DeviceLogin.objects.filter(pk=login.pk).update(pressed_at=now)
        raise DeviceNotApproved(is_too_soon=is_too_soon)
    if not is_logged_in(login.approved_by, login.approver_key):
        end_device_login(login, "logged_out")
        raise DeviceCodeExpired
    rows = DeviceLogin.objects.live().filter(pk=login.pk, approved_by=login.approved_by)
    if rows.update(used_at=now) != 1:
        raise DeviceCodeExpired
    return login.approved_by


def record_device_session(login: DeviceLogin, session_key: str) -> None:
    """Store the computer's session key, so that "End it" can end that session."""
    DeviceLogin.objects.filter(pk=login.pk).update(session_key=session_key)


def notify_of_device_login(login: DeviceLogin, member: Member) -> None:
    """Mail the member that a computer logged in. A mail that fails does not stop the login."""
    if not member.email:
        return
    text = render_to_string(
        "accounts/mail/device_login.txt",
        {
            "name": member.name,
            "device": login.device,
            "address": login.address,
            "used_at": login.used_at,
            "sessions_url": public_url("session_list"),
        },
    )
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + pgettext("subject", "A computer logged in")
    try:
        send_mail(subject, text, None, [member.email])
    except OSError:  # the mail server's fault, whatever it was
        logger.exception("The mail about a computer that logged in could not be sent.")


def notify_of_wrong_passwords(member: Member, *, device: str, address: str) -> None:
    """Mail the member that their session used up the tries at the password or PIN."""
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
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + pgettext(
        "subject", "Wrong passwords were typed"
    )
    try:
        send_mail(subject, text, None, [member.email])
    except OSError:
        logger.exception("The mail about wrong passwords could not be sent.")


def acknowledge_device_login(pk: int, *, by: Member) -> None:
    """Mark the notice on the phone as answered: "It was me"."""
    DeviceLogin.objects.filter(pk=pk, approved_by=by).update(is_acknowledged=True)


def end_device_session(pk: int, *, by: Member) -> None:
    """End the session of the computer that this login let in."""
    login = DeviceLogin.objects.filter(pk=pk, approved_by=by).exclude(session_key="").first()
    if login is not None:
        end_session(login.session_key)
        acknowledge_device_login(pk, by=by)


def _is_pin(phone: Phone, secret: str) -> bool:
    """Whether `secret` is the phone's PIN. Text that cannot be a PIN costs none of the phone's
    tries.
    """
    if not codes.normalize_typed(secret).isdigit() or len(secret) not in codes.PIN_LENGTHS:
        return False
    try:
        return phones.check_pin(phone, secret)
    except phones.PinLocked:
        return False


def _delete_oldest_pending(address: str) -> None:
    """Delete the oldest unapproved logins above the limits, instead of refusing new ones."""
    rows = DeviceLogin.objects.filter(approved_at=None).order_by("-pk")
    for some, most in (
        (rows.filter(address=address), MAX_PENDING_PER_ADDRESS),
        (rows, MAX_PENDING),
    ):
        oldest = list(some.values_list("pk", flat=True)[most - 1 :])
        DeviceLogin.objects.filter(pk__in=oldest, approved_at=None).delete()


def _create_device_login(device: str, address: str) -> tuple[DeviceLogin, str]:
    _delete_oldest_pending(address)
    typed = codes.new_typed_code()
    number = codes.new_comparison_number([])
    decoy = codes.new_comparison_number([number])
    other = codes.new_comparison_number([number, decoy])
    login = DeviceLogin.objects.create(
        user_code_hash=codes.hash_typed_code(typed, _CODE_PURPOSE),
        device=device[:80],
        address=address,
        number=number,
        decoys=f"{decoy} {other}",
        expires_at=timezone.now() + DEVICE_CODE_LIFETIME,
    )
    return login, typed


def _first_or_expired(rows: DeviceLoginQuerySet) -> DeviceLogin:
    login = rows.select_related("approved_by").first()
    if login is None:
        raise DeviceCodeExpired
    return login
