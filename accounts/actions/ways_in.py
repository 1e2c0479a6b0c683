"""Ways in: for a lost phone, end sessions and bookmarks, pause mails to it, and mail a new way in.

What a phone holds besides (addresses for posts and answers by mail) is syndication's.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.utils import timezone

from accounts.actions import guesses, sessions
from accounts.actions.notice_mail import choices as mail_choices
from accounts.actions.notices import in_language_of
from accounts.models import DeviceLogin, HomeMailNote, MailSettings, Member, Phone, PhoneLogin

LOST_PHONE = "lost_phone"  # PhoneLogin.end_reason


class AddressNotHeld(Exception):
    """The address is not a confirmed one of the member."""


@dataclass(frozen=True)
class WaysIn:
    """How many ways in there are, and where the member's mails go ("" for nowhere)."""

    sessions: int
    bookmarks: int
    address: str


def count_ways_in(member: Member, *, kept_key: str | None = None) -> WaysIn:
    """What `end_ways_in` would end; the session `kept_key` does not count."""
    lines = sessions.list_sessions(member, current_key=kept_key)
    return WaysIn(
        sessions=sum(not line.is_current for line in lines),
        bookmarks=Phone.objects.live().filter(member=member).count(),
        address=mail_choices.confirmed_mail_address(member),
    )


@transaction.atomic
def end_ways_in(member: Member, *, kept_key: str | None = None) -> None:
    """End sessions (but `kept_key`), bookmarks with their PINs, codes that would let a device in, and links
    in mails."""
    now = timezone.now()
    Phone.objects.live().filter(member=member).update(ended_at=now)
    ended = {"ended_at": now, "end_reason": LOST_PHONE}
    PhoneLogin.objects.live().filter(member=member).update(**ended)
    DeviceLogin.objects.live().filter(approved_by=member).update(**ended)
    sessions.end_other_sessions(by=member, current_key=kept_key)


def pause_mails(member: Member, address: str) -> None:
    """Send nothing more to `address`, which a lost phone reads: no notice, and no link for a new password."""
    choices = mail_choices.mail_settings_of(member)
    choices.lost_address, choices.home_note = address, HomeMailNote.PAUSED
    choices.save()


def resume_mails(*, by: Member) -> bool:
    """Send mails again to the address that was paused. Return whether one was."""
    choices = MailSettings.objects.filter(member=by).exclude(lost_address="").first()
    if choices is None:
        return False
    choices.lost_address = choices.home_note = ""
    choices.save(update_fields=["lost_address", "home_note"])
    return True


def is_paused(member: Member, address: str) -> bool:
    """Whether a lost phone reads this address."""
    return bool(address) and mail_choices.mail_settings_of(member).lost_address == address


def held_addresses(member: Member) -> list[str]:
    """The confirmed addresses to which a new way in may go."""
    rows = EmailAddress.objects.filter(user=member, verified=True).order_by("-primary", "email")
    return list(rows.values_list("email", flat=True))


def mail_way_in(member: Member, address: str) -> None:
    """Mail a link for a new password to a confirmed address. The second step of the log-in stays.

    Raises AddressNotHeld, and guesses.TooManyGuesses where as many went today as may.
    """
    if not member.is_active or address not in held_addresses(member):
        raise AddressNotHeld(address)
    guesses.claim_guess(guesses.RESET_MAIL, [guesses.subject_of_member(member)])
    transaction.on_commit(lambda: _mail_link(member, address))


@transaction.atomic
def replace_addresses(member: Member, address: str) -> None:
    """Make `address`, which its reader confirmed, the member's only one."""
    EmailAddress.objects.filter(user=member).delete()
    EmailAddress.objects.filter(email=address, verified=False).delete()
    EmailAddress.objects.create(user=member, email=address, primary=True, verified=True)
    member.email = address
    member.save(update_fields=["email"])
    MailSettings.objects.filter(member=member).update(lost_address="")


def new_password_key(member: Member) -> tuple[str, str]:
    """The two parts of the address at which a new password is chosen, once: whose, and the secret."""
    return user_pk_to_url_str(member), default_token_generator.make_token(member)


def _mail_link(member: Member, address: str) -> None:
    """The mail of "Forgot password", in the member's language."""
    adapter = get_adapter()
    uid, secret = new_password_key(member)
    context = {
        "user": member,
        "username": member.username,
        "password_reset_url": adapter.get_reset_password_from_key_url(f"{uid}-{secret}"),
        "uid": uid,
        "key": secret,
    }
    with in_language_of(member):
        adapter.send_mail("account/email/password_reset_key", address, context)
