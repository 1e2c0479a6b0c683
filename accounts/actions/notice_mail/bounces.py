"""Bounces: an address that nobody has gets no more mails, and its member is told on home.

A filter of a phone says the same as a missing address, so what a carrier refuses after it had the text
only shows the hint to allow our sender.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.actions.notice_mail.choices import confirmed_mail_address, mail_settings_of
from accounts.mail_addresses import is_of_japanese_carrier
from accounts.models import HomeMailNote, NoticeMail

HARD_BOUNCES = 2
WITHIN = timedelta(days=7)


def is_phone_filter(address: str, is_after_text: bool) -> bool:
    return is_after_text and is_of_japanese_carrier(address)


def find_mail(key: str) -> NoticeMail | None:
    """The mail whose envelope was sent by the bounce address with this key."""
    return NoticeMail.objects.filter(key=key.lower()).select_related("member").first()


@transaction.atomic
def record_bounce(mail: NoticeMail, *, is_filter: bool, now: datetime) -> None:
    """Record a permanent bounce of a mail; each mail counts once."""
    fresh = NoticeMail.objects.filter(pk=mail.pk, bounced_at=None)
    if not fresh.update(bounced_at=now, is_hard_bounce=not is_filter):
        return
    if confirmed_mail_address(mail.member) != mail.address:
        return
    choices = mail_settings_of(mail.member)
    if is_filter:
        choices.home_note = HomeMailNote.FILTERED
        choices.save()
        return
    hard = NoticeMail.objects.filter(
        member=mail.member, address=mail.address, is_hard_bounce=True, bounced_at__gt=now - WITHIN
    )
    if hard.count() >= HARD_BOUNCES:
        choices.stopped_address, choices.home_note = mail.address, HomeMailNote.BOUNCED
        choices.works_address = ""
        choices.save()
