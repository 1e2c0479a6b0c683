"""A member's choices for mails of notices: save them, try the address, end a class of mails."""

from __future__ import annotations

import secrets

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actions import quotas
from accounts.actions.notice_mail import transport
from accounts.actions.notices import in_language_of
from accounts.models import (
    HomeMailNote,
    MailClass,
    MailPace,
    MailSettings,
    Member,
    NoticeMail,
)

_SALT = "accounts.notice_mail.off"


def mail_settings_of(member: Member) -> MailSettings:
    """The member's row, or an unsaved one with the defaults."""
    return MailSettings.objects.filter(member=member).first() or MailSettings(member=member)


def confirmed_mail_address(member: Member) -> str:
    """Where the member's mails go: the confirmed first address of an account that is open, else ""."""
    rows = EmailAddress.objects.filter(
        user=member, user__is_active=True, primary=True, verified=True
    )
    return rows.values_list("email", flat=True).first() or ""


def save_mail_settings(choices: MailSettings, *, by: Member) -> bool:
    """Save the choices. Return whether a test mail is needed before mails of people can go."""
    choices.member = by
    choices.home_note = HomeMailNote.PAUSED if choices.lost_address else ""
    choices.save()
    return needs_test_mail(choices, confirmed_mail_address(by))


def needs_test_mail(choices: MailSettings, address: str) -> bool:
    wanted = choices.wants_mails_of_people and address != choices.works_address
    return bool(address) and (wanted or address == choices.stopped_address)


def send_test_mail(*, by: Member) -> str:
    """Mail the member a number, and return the address; "" where they have no confirmed one.

    Raises quotas.QuotaUsedUp, and OSError where the mail server refuses it.
    """
    address = confirmed_mail_address(by)
    if not address:
        return ""
    quotas.spend_member_quota(by, quotas.TEST_MAILS)
    number = f"{secrets.randbelow(10_000):04}"
    choices = mail_settings_of(by)
    choices.tested_address, choices.test_number = address, number
    choices.save()
    with in_language_of(by):
        subject = pgettext("subject", "Test email")
        body = _(
            "This number shows that emails reach you. Type it on the page Notices by email: %(number)s\n"
        ) % {"number": number}
    mail = EmailMessage(
        f"{settings.SITE_NAME}: {subject}",
        body,
        transport.plain_from_address(),
        [address],
        headers={**transport.AUTOMATIC, "From": transport.from_header()},
    )
    mail.encoding = transport.charset_of(choices.is_jis)
    mail.send()
    return address


def confirm_test_number(number: str, *, by: Member) -> bool:
    """Check the number of the test mail; the right one proves that mails reach the address."""
    choices = mail_settings_of(by)
    if not choices.test_number or number != choices.test_number:
        return False
    choices.works_address, choices.test_number = choices.tested_address, ""
    if choices.stopped_address == choices.works_address:
        choices.stopped_address = ""
    choices.home_note = ""
    choices.save()
    return True


def make_off_token(mail: NoticeMail) -> str:
    """The token of the link that ends mails of this class to this address."""
    return signing.Signer(salt=_SALT).sign(str(mail.pk)).replace(":", ".")


@transaction.atomic
def end_mails(token: str) -> None:
    """End mails of the class, to the address, of the mail in which the link stood.

    An address that was not made here, or whose mail's row was deleted, does nothing, and the answer is the same.
    """
    mail = _mail_of_token(token)
    if mail is None or mail.mail_class == MailClass.SECURITY:
        return
    if confirmed_mail_address(mail.member) != mail.address:
        return
    choices = mail_settings_of(mail.member)
    if choices.pace_of(mail.mail_class) == MailPace.NEVER:
        return
    setattr(choices, mail.mail_class, MailPace.NEVER)
    choices.home_note = mail.mail_class
    choices.save()


def _mail_of_token(token: str) -> NoticeMail | None:
    try:
        pk = signing.Signer(salt=_SALT).unsign(token.replace(".", ":"))
    except signing.BadSignature:
        return None
    return NoticeMail.objects.filter(pk=int(pk)).select_related("member").first()
