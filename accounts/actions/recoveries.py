"""Recoveries: staff ask for another email address, or for a log-in without the second step, and it waits.

The member is told at once: in every live session, where each page says so, and at every address that they
have. Any log-in stops it, since nobody who can log in needs it; so does a press in a live session. It is
done after 14 days if a second person of the staff agreed, 72 hours later where there is one only.

An address is typed by staff only for a member who has no password, no PIN and no live session: whoever has
one changes the address themself. It counts once whoever reads it has pressed the link that is mailed there
after those days; until then the member can still stop it, and the addresses from before stay.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.actions import sessions, ways_in
from accounts.actions.notices import in_language_of
from accounts.mail_addresses import canonical_email
from accounts.models import AccessRecovery, Member, Phone, RecoveryEnd, RecoveryKind
from accounts.models.access_recovery import CONFIRM_WITHIN, WAIT
from accounts.public_urls import public_url
from accounts.signals import login_recovered

logger = logging.getLogger(__name__)

MAY_HELP = "accounts.help_member"
KEPT_AFTER_END = WAIT * 26  # a year
AT_ONCE = 100
_SALT = "accounts.recoveries"

# What the member's addresses are told, by mail and in the member's language.
ASKED = gettext_lazy(
    "The staff were asked to help %(name)s log in again (%(kind)s). It happens on %(day)s at the "
    "earliest. Was it not you? Log in once: that stops it."
)
FACTOR_OFF = gettext_lazy(
    "Two-step log-in of %(name)s is off from now on, as the staff were asked."
)
CONFIRM = gettext_lazy(
    "The staff were asked to make this the email address of %(name)s. Confirm it here, then choose a "
    "new password. Was it not you? Then do nothing."
)
OTHER_ADDRESS = gettext_lazy(
    "The email address of %(name)s is another one from now on, as the staff were asked."
)


class RecoveryRefused(Exception):
    """It cannot be asked for, or agreed to, now. `str()` is why, in the active language."""


def ways_left(member: Member) -> list[str]:
    """The ways by which the member can still come in, in words: with one staff type no address."""
    found = {
        _("a password"): member.has_usable_password(),
        _("a PIN on a phone"): Phone.objects.live().filter(member=member).exists(),
        _("a session that is live"): bool(sessions.list_sessions(member, current_key=None)),
    }
    return [words for words, is_left in found.items() if is_left]


@transaction.atomic
def ask_for_address(member: Member, address: str, *, by: Member) -> AccessRecovery:
    """Ask that `address` becomes the member's only one. Raises RecoveryRefused."""
    member = _lock_member(member, by)
    if left := ways_left(member):
        raise RecoveryRefused(
            _("The member has %(ways)s: they change the address themself.")
            % {"ways": ", ".join(left)}
        )
    email = canonical_email(address)
    if _is_taken(email, member):
        raise RecoveryRefused(_("This address cannot be used. Ask for another one."))
    return _ask(member, RecoveryKind.ADDRESS, by=by, new_address=email)


@transaction.atomic
def ask_to_remove_factor(member: Member, *, by: Member) -> AccessRecovery:
    """Ask that the second step of the log-in is taken off. Raises RecoveryRefused."""
    member = _lock_member(member, by)
    if not Authenticator.objects.filter(user=member).exists():
        raise RecoveryRefused(_("Two-step log-in is off for this member."))
    return _ask(member, RecoveryKind.FACTOR, by=by)


@transaction.atomic
def agree_to_recovery(recovery: AccessRecovery, *, by: Member) -> None:
    """Approve the recovery, as another person than who asked for it. Raises RecoveryRefused."""
    row = AccessRecovery.objects.select_for_update().filter(pk=recovery.pk, ended_at=None).first()
    if row is None or row.agreed_at is not None or not by.has_perm(MAY_HELP):
        raise RecoveryRefused(_("It is not waiting for a yes any more."))
    if by.pk in (row.asked_by_id, row.member_id):
        raise RecoveryRefused(_("The second yes is another person’s."))
    row.agreed_by, row.agreed_at = by, timezone.now()
    row.save(update_fields=["agreed_by", "agreed_at"])


@transaction.atomic
def stop_recovery(member: Member, reason: str) -> int:
    """Stop the member's waiting recovery; returns how many (0 or 1)."""
    waiting = AccessRecovery.objects.filter(member=member, ended_at=None)
    Member.objects.filter(pk=member.pk).exclude(recovery_asked_at=None).update(
        recovery_asked_at=None
    )
    return waiting.update(ended_at=timezone.now(), end_reason=reason)


@receiver(user_logged_in, dispatch_uid="accounts.recoveries")
def stop_on_login(*, user: Any, **_: object) -> None:
    """Whoever can log in needs no help with it; who was not the one that asked has stopped it."""
    if isinstance(user, Member) and waiting_recovery(user) is not None:
        stop_recovery(user, RecoveryEnd.LOGIN)


def waiting_recovery(member: Member) -> AccessRecovery | None:
    """The member's waiting recovery, if any."""
    return AccessRecovery.objects.filter(member=member, ended_at=None).first()


def needs_second_yes(recovery: AccessRecovery) -> bool:
    """Whether the recovery waits for a second person's approval: somebody can give it."""
    return recovery.agreed_at is None and _others_who_help(recovery).exists()


def due_recoveries(now: datetime) -> list[AccessRecovery]:
    """The recoveries that waited long enough, and were approved by a second person where there is one."""
    old = AccessRecovery.objects.filter(ended_at=None, mailed_at=None, asked_at__lte=now - WAIT)
    rows = old.select_related("member", "asked_by", "agreed_by").order_by("asked_at")[:AT_ONCE]
    return [row for row in rows if row.due_at <= now and not needs_second_yes(row)]


@transaction.atomic
def carry_out_recovery(recovery: AccessRecovery, now: datetime) -> bool:
    """Take the second step off, or mail the link that confirms the new address. Return whether it was
    still wanted."""
    member = _lock_if_wanted(recovery)
    if member is None:
        return False
    if recovery.kind == RecoveryKind.ADDRESS:
        not_mailed = AccessRecovery.objects.filter(pk=recovery.pk, mailed_at=None)
        if not not_mailed.update(mailed_at=now):
            return False
        link = public_url("address_confirm", token_of_recovery(recovery))
        _mail_all(recovery, [recovery.new_address], CONFIRM, link)
    else:
        Authenticator.objects.filter(user=member).delete()
        _finish(recovery, member, addresses_of(member), FACTOR_OFF)
    return True


def token_of_recovery(recovery: AccessRecovery) -> str:
    """The token of the link that confirms the new address."""
    return signing.TimestampSigner(salt=_SALT).sign(str(recovery.pk))


def recovery_of_token(token: str) -> AccessRecovery | None:
    """The recovery that a mailed link confirms; None where the link is invalid or expired, or nothing waits."""
    try:
        pk = signing.TimestampSigner(salt=_SALT).unsign(token, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return None
    return AccessRecovery.objects.filter(pk=int(pk), ended_at=None).select_related("member").first()


@transaction.atomic
def confirm_address(recovery: AccessRecovery) -> Member | None:
    """Whoever reads the new address pressed: it is the member's only one from now on. None: it was stopped."""
    member = _lock_if_wanted(recovery)
    if member is not None:
        before = addresses_of(member)
        ways_in.replace_addresses(member, recovery.new_address)
        _finish(recovery, member, before, OTHER_ADDRESS)
    return member


def end_unconfirmed(now: datetime) -> int:
    """End recoveries whose new address was not confirmed within CONFIRM_WITHIN. Return how many."""
    old = AccessRecovery.objects.filter(ended_at=None, mailed_at__lte=now - CONFIRM_WITHIN)
    rows = old.select_related("member").order_by("mailed_at")[:AT_ONCE]
    return sum(stop_recovery(row.member, RecoveryEnd.LAPSED) for row in rows)


def _lock_if_wanted(recovery: AccessRecovery) -> Member | None:
    """The member, if it still waits; it is stopped where a password was set since, or somebody else
    has the address."""
    member = Member.objects.select_for_update(no_key=True).get(pk=recovery.member_id)
    is_address = recovery.kind == RecoveryKind.ADDRESS
    is_over = is_address and (ways_left(member) or _is_taken(recovery.new_address, member))
    if not member.is_active or is_over:
        stop_recovery(member, RecoveryEnd.STAFF)
    return member if AccessRecovery.objects.filter(pk=recovery.pk, ended_at=None).exists() else None


def _finish(recovery: AccessRecovery, member: Member, before: Collection[str], text: Any) -> None:
    """Notify the member's former addresses, and write the audit row."""
    stop_recovery(member, RecoveryEnd.DONE)
    _mail_all(recovery, before, text)
    login_recovered.send(sender=AccessRecovery, recovery=recovery)


def delete_old_recoveries(now: datetime) -> int:
    """A year after they ended, for the sweeper: the trail of staff's decisions stays."""
    old = AccessRecovery.objects.filter(ended_at__lt=now - KEPT_AFTER_END)
    keys = list(old.values_list("pk", flat=True)[:AT_ONCE])
    return AccessRecovery.objects.filter(pk__in=keys).delete()[0]


def addresses_of(member: Member) -> list[str]:
    """Every confirmed address of the member."""
    confirmed = EmailAddress.objects.filter(user=member, verified=True)
    return sorted({*confirmed.values_list("email", flat=True), member.email} - {""})


def _is_taken(email: str, member: Member) -> bool:
    """Whether another member has confirmed the address."""
    return EmailAddress.objects.filter(email=email, verified=True).exclude(user=member).exists()


def _lock_member(member: Member, by: Member) -> Member:
    """The fresh row. Staff, and whoever asks, are not helped by these pages."""
    if not by.has_perm(MAY_HELP):
        raise RecoveryRefused(_("You may not do this."))
    fresh = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if fresh.is_staff or not fresh.is_active:
        raise RecoveryRefused(_("This is not for staff, nor for accounts that are closed."))
    if AccessRecovery.objects.filter(member=fresh, ended_at=None).exists():
        raise RecoveryRefused(_("Something waits for this member already. Stop it first."))
    return fresh


def _ask(member: Member, kind: str, *, by: Member, new_address: str = "") -> AccessRecovery:
    now = timezone.now()
    row = AccessRecovery.objects.create(
        member=member, kind=kind, new_address=new_address, asked_by=by, asked_at=now
    )
    member.recovery_asked_at = now
    member.save(update_fields=["recovery_asked_at"])
    _mail_all(row, addresses_of(member), ASKED)
    return row


def _mail_all(row: AccessRecovery, addresses: Collection[str], text: Any, link: str = "") -> None:
    """Mail the sentence and a link (else to the log-in), in the member's language, once the transaction stands."""
    with in_language_of(row.member):
        event = pgettext("subject", "Your log-in")
        words = str(text) % {
            "name": row.member.name,
            "kind": row.get_kind_display(),
            "day": date_format(timezone.localtime(row.earliest_at), "DATE_FORMAT"),
        }
    subject = f"{settings.SITE_NAME}: {event}"
    body = f"{words}\n{link or public_url('account_login')}\n"

    def send() -> None:
        for address in addresses:
            try:
                send_mail(subject, body, None, [address])
            except OSError:
                logger.exception("a member could not be told of a change of their log-in")

    transaction.on_commit(send)


def _others_who_help(recovery: AccessRecovery) -> Any:
    """Active staff with the right to help, besides who asked and the member."""
    staff = Member.objects.with_perm(MAY_HELP).filter(is_staff=True)
    return staff.exclude(pk__in=[recovery.asked_by_id or 0, recovery.member_id])
