"""Sending: claim due mails one by one, check again what the member may read, and hand them over."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.actions.notice_mail import bounces, claims
from accounts.actions.notice_mail.choices import confirmed_mail_address, mail_settings_of
from accounts.actions.notice_mail.composing import compose_mail
from accounts.actions.notice_mail.transport import (
    MailNotNow,
    MailServerAway,
    MailTransport,
    MailTurnedAway,
)
from accounts.models import MailState, Member, Notice, NoticeMail
from accounts.models.compiled_query import CompiledQuery
from accounts.models.notice import NoticeQuerySet

logger = logging.getLogger(__name__)

MAILING_SECONDS = 20.0  # of one task
MEMBERS_AT_ONCE = 100


class _Clock:
    """The time by which mails are due and leases end: the given moment, and what passed since."""

    def __init__(self, began: datetime) -> None:
        self._began, self._since = began, time.monotonic()

    def __call__(self) -> datetime:
        return self._began + timedelta(seconds=self.elapsed)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._since


def mail_due_notices(now: datetime | None = None, *, seconds: float = MAILING_SECONDS) -> int:
    """Send what is due, for about `seconds`. Return how many mails went."""
    clock = _Clock(now or timezone.now())
    claims.recover_expired_claims(clock())
    sent = 0
    with MailTransport() as transport:
        for member_pk in claims.due_members(clock(), MEMBERS_AT_ONCE):
            while clock.elapsed < seconds:
                mail = claims.claim_next_mail(member_pk, clock())
                if mail is None:
                    break
                try:
                    sent += _send(mail, transport, clock)
                except MailServerAway as error:
                    logger.warning("mails: the mail server takes none now: %s", error)
                    claims.release_mail(mail, clock() + claims.SERVER_AGAIN_AFTER)
                    return sent
    return sent


def _send(mail: NoticeMail, transport: MailTransport, clock: _Clock) -> bool:
    """Return whether the mail went. Raises MailServerAway."""
    transport.open()  # first: what may be read is asked right before it leaves
    try:
        message = _compose(mail)
        if message is None:
            claims.release_mail(mail, None)
            return False
        transport.deliver(message, lambda: claims.begin_sending(mail, clock()))
    except MailServerAway:
        raise
    except claims.LostMailClaim:
        logger.warning("mail %s: its lease was over", mail.pk)
    except MailNotNow as answer:
        logger.info("mail %s: not now: %s", mail.pk, answer)
        claims.release_mail(mail, clock() + claims.MAIL_AGAIN_AFTER)
    except MailTurnedAway as refusal:
        logger.info("mail %s refused: %s", mail.pk, refusal.code)
        claims.settle_mail(mail, MailState.REFUSED, clock())
        is_filter = bounces.is_phone_filter(mail.address, refusal.is_after_text)
        bounces.record_bounce(mail, is_filter=is_filter, now=clock())
    except Exception:  # this mail must hold up no other: it is never tried again
        logger.exception("mail %s may not have arrived", mail.pk)
        claims.settle_mail(mail, MailState.UNKNOWN, clock())
    else:
        claims.settle_mail(mail, MailState.SENT, clock())
        return True
    return False


def _readable(*, member: Member, mail: int) -> NoticeQuerySet:
    """The notices of the mail that its member may read at this moment."""
    readable = Notice.objects.visible_to(member).filter(mail=mail)
    return readable.newest_first()[: claims.MAX_GATHERED]


_READABLE = CompiledQuery(_readable)


def _compose(mail: NoticeMail) -> EmailMessage | None:
    """None where the member may no longer read what it is about, or the address is not theirs now."""
    notices = _READABLE.rows(member=mail.member, mail=mail.pk)
    if not notices or confirmed_mail_address(mail.member) != mail.address:
        return None
    return compose_mail(mail, notices, mail_settings_of(mail.member))
