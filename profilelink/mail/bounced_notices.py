"""Intake of bounces of mails about notices, by the envelope's sender that each of them has for itself."""

from __future__ import annotations

import logging

from django.utils import timezone

from accounts.actions.notice_mail import bounces
from accounts.actions.notice_mail.transport import BOUNCE_PREFIX
from profilelink.mail.bounce_reading import read_bounce
from profilelink.mail.piped import EXIT_TAKEN, MailOutcome, PipedMail

logger = logging.getLogger(__name__)


def is_bounce_local(local: str) -> bool:
    return local.lower().startswith(BOUNCE_PREFIX)


def receive_bounce(local: str, mail: PipedMail) -> MailOutcome:
    """Take in whatever was sent to `b-<key>`. Nothing is ever answered."""
    sent = bounces.find_mail(local[len(BOUNCE_PREFIX) :])
    report = read_bounce(mail.message)
    if sent is None or report is None:
        logger.info("bounce dropped: no mail of ours, or no failure, %s bytes", mail.size)
        return MailOutcome(EXIT_TAKEN)
    is_filter = bounces.is_phone_filter(sent.address, report.is_after_text)
    logger.info("bounce of mail %s, by a filter: %s", sent.pk, is_filter)
    bounces.record_bounce(sent, is_filter=is_filter, now=timezone.now())
    return MailOutcome(EXIT_TAKEN)
