"""Intake of replies to notices: one mail from the pipe to a comment or a draft of one.

The reasons are logged and told to nobody: that a post was narrowed, or a member blocked, must not be
learned by writing mails.
"""

from __future__ import annotations

import logging
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.notices import in_language_of
from accounts.public_urls import public_url
from profilelink.mail import mime
from profilelink.mail.piped import (
    EXIT_REFUSED,
    EXIT_TAKEN,
    EXIT_UNKNOWN_ADDRESS,
    MailOutcome,
    PipedMail,
)
from profilelink.mail.refusal_mails import bounce_to_member
from profilelink.mail.reply_cutting import NoticeFrame
from profilelink.mail.reply_reading import (
    ReplyContext,
    ReplyDecision,
    ReplyDoubt,
    ReplyOutcome,
    decide_reply,
)
from syndication.actions import draft_confirmations, reply_addresses, reply_drafts
from syndication.actions.mail_drafts import IncomingMail, MailRefused
from syndication.models import ReplyAddress
from syndication.models.comment import MAX_COMMENT_LENGTH
from syndication.models.reason_texts import sentence

logger = logging.getLogger(__name__)

# Such a draft is told to nobody: the program might answer that mail, too.
_PERHAPS_A_PROGRAM = (ReplyDoubt.LOOKS_AUTOMATIC, ReplyDoubt.TOO_FAST)


def receive_reply(local: str, mail: PipedMail) -> MailOutcome:
    """Take in a mail to `r-<token>`."""
    now = timezone.now()
    address = reply_addresses.find_live_address(local, now)
    if address is None:
        logger.info("reply dropped: nobody can answer there now, %s bytes", mail.size)
        return bounce_to_member(EXIT_UNKNOWN_ADDRESS, _not_added_text(), mail)
    with in_language_of(address.member):
        return _receive_for(address, mail, now)


def _receive_for(address: ReplyAddress, mail: PipedMail, now: datetime) -> MailOutcome:
    try:
        decision = decide_reply(mail.message, _frame(address), _context(address, mail, now))
    except mime.MessageTooComplex as error:
        logger.info("reply of member %s dropped: %s", address.member_id, error)
        return bounce_to_member(EXIT_REFUSED, _not_added_text(), mail)
    if decision.mail is None:
        logger.info("reply of member %s dropped: it is automatic", address.member_id)
        return MailOutcome(EXIT_TAKEN)
    if reply_addresses.reply_came_before(address, decision.mail.key):
        logger.info("reply of member %s: it came before", address.member_id)
        return MailOutcome(EXIT_TAKEN)
    if decision.outcome is ReplyOutcome.COMMENT and _post(address, decision, decision.mail):
        return MailOutcome(EXIT_TAKEN)
    return _keep_draft(address, decision, decision.mail, mail)


def _post(address: ReplyAddress, decision: ReplyDecision, arrived: IncomingMail) -> bool:
    try:
        comment = reply_addresses.post_mailed_reply(address, decision.text, key=arrived.key)
    except reply_addresses.ReplyNotPosted:
        return False
    logger.info("reply of member %s: comment %s", address.member_id, comment.pk)
    return True


def _keep_draft(
    address: ReplyAddress, decision: ReplyDecision, arrived: IncomingMail, mail: PipedMail
) -> MailOutcome:
    try:
        draft = reply_drafts.store_reply_draft(address, arrived, decision.text)
    except MailRefused as refusal:
        logger.info("reply of member %s refused: %s", address.member_id, refusal.reason)
        return bounce_to_member(EXIT_REFUSED, sentence(refusal.reason, refusal.params), mail)
    doubt = decision.doubt or "not posted"
    logger.info("reply of member %s: draft %s, %s", address.member_id, draft.pk, doubt)
    if not mail.is_automatic and decision.doubt not in _PERHAPS_A_PROGRAM:
        message_id = mail.message.header("message-id")
        draft_confirmations.confirm_reply_draft(draft, sender=mail.sender, message_id=message_id)
    return MailOutcome(EXIT_TAKEN)


def _frame(address: ReplyAddress) -> NoticeFrame:
    return NoticeFrame(
        fingerprints=address.fingerprints,
        from_name=address.from_name,
        sent_at=address.created_at,
        mail_domain=settings.POST_MAIL_DOMAIN,
        site_host=(urlsplit(settings.PUBLIC_URL).hostname or "").casefold(),
    )


def _context(address: ReplyAddress, mail: PipedMail, now: datetime) -> ReplyContext:
    return ReplyContext(
        envelope_sender=mail.sender,
        arrived_at=now,
        is_member=lambda sender: reply_addresses.is_own_address(address, sender),
        longest=MAX_COMMENT_LENGTH,
    )


def _not_added_text() -> str:
    return _("Your reply was not added. You can write it on the site: %(address)s") % {
        "address": public_url("home")
    }
