"""Mail intake: read a mail from a mail server's pipe, and make a draft of it or refuse it with a reason.

A refusal stands on the member's page in any case. It bounces only to an address that a member here
confirmed to be theirs: whoever else is named as the sender most likely did not send it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.actions.notices import in_language_of
from accounts.media.pictures import BadPicture, TooManyPixels
from accounts.public_urls import public_url
from profilelink.mail import envelope, mime, reading
from profilelink.mail.bounced_notices import is_bounce_local, receive_bounce
from profilelink.mail.piped import (
    EXIT_REFUSED,
    EXIT_TAKEN,
    EXIT_UNKNOWN_ADDRESS,
    MailOutcome,
    PipedMail,
)
from profilelink.mail.refusal_mails import bounce_to_member
from profilelink.mail.replying import receive_reply
from syndication.actions import draft_confirmations, mail_drafts, post_addresses, reply_addresses
from syndication.actions.mail_drafts import IncomingMail, MailRefused
from syndication.models import PostAddress, SavedDraft
from syndication.models.reason_texts import sentence

logger = logging.getLogger(__name__)

CHUNK_BYTES = 64 * 1024
MAX_RECIPIENTS = 10


def max_mail_bytes() -> int:
    """Largest mail taken, in bytes: the largest photo in base64, with text and headers."""
    return settings.PHOTO_MAX_BYTES * 3 // 2


def receive_mail(
    stream: IO[bytes], recipients: Sequence[str], sender: str | None, environ: Mapping[str, str]
) -> MailOutcome:
    """Take one mail in. Raises what the database raises; the mail server then tries again."""
    raw, size = _read(stream)
    try:
        message = mime.parse_message(raw)
    except mime.MessageTooComplex as error:
        logger.info("mail dropped: %s, %s bytes", error, size)
        return MailOutcome(EXIT_TAKEN)
    from_whom = envelope.envelope_sender(sender, environ, message)
    mail = PipedMail(message, from_whom, envelope.is_automatic(message, from_whom), size)
    named = envelope.envelope_recipients(recipients, environ, message)
    outcomes = [_receive_for(one, mail) for one in named[:MAX_RECIPIENTS]]
    if not outcomes:
        logger.warning("mail dropped: no recipient was named; see `manage.py help receive_mail`")
    # Of several recipients the one that could not be served is told.
    return min(outcomes, key=lambda one: one.code == EXIT_TAKEN, default=MailOutcome(EXIT_TAKEN))


def _read(stream: IO[bytes]) -> tuple[bytes, int]:
    """Return the first max_mail_bytes() of the mail and its whole size.

    The rest is read and dropped: to a mail server a pipe that closes early is a failure of ours."""
    kept: list[bytes] = []
    size = 0
    while chunk := stream.read(CHUNK_BYTES):
        if size <= max_mail_bytes():
            kept.append(chunk)
        size += len(chunk)
    return b"".join(kept), size


def _receive_for(recipient: str, mail: PipedMail) -> MailOutcome:
    local = envelope.local_part(recipient, settings.POST_MAIL_DOMAIN)
    if reply_addresses.is_reply_local(local):
        return receive_reply(local, mail)
    if is_bounce_local(local):
        return receive_bounce(local, mail)
    address = post_addresses.find_post_address(local) if local else None
    if envelope.is_report(mail.message):
        logger.info("mail dropped: a program's report, %s bytes", mail.size)
        return MailOutcome(EXIT_TAKEN)
    if address is None:
        return _bounce_unknown(mail)
    with in_language_of(address.member):
        if address.ended_at is not None:
            logger.info("mail for member %s: the address has ended", address.member_id)
            return _bounce(EXIT_UNKNOWN_ADDRESS, _unknown_address_text(), address, mail)
        try:
            draft = _make_draft(address, mail)
        except MailRefused as refusal:
            logger.info("mail for member %s refused: %s", address.member_id, refusal.reason)
            post_addresses.record_mail_refusal(address, refusal.reason, refusal.params)
            words = sentence(refusal.reason, refusal.params)
            return _bounce(EXIT_REFUSED, words, address, mail)
    _confirm(draft, address, mail)
    return MailOutcome(EXIT_TAKEN)


def _make_draft(address: PostAddress, mail: PipedMail) -> SavedDraft | None:
    """Raises MailRefused."""
    mail_drafts.check_mail_limits(address)
    if mail.size > max_mail_bytes():
        raise MailRefused(mail_drafts.TOO_LARGE, {"size": max_mail_bytes()})
    try:
        arrived = reading.read_message(mail.message)
    except mime.MessageTooComplex as error:
        logger.info("mail for member %s: %s", address.member_id, error)
        raise MailRefused(mail_drafts.TOO_MANY_PARTS) from error
    if not (arrived.title or arrived.text or arrived.photos):
        raise MailRefused(mail_drafts.EMPTY)
    return _save_draft(address, arrived)


def _save_draft(address: PostAddress, arrived: IncomingMail) -> SavedDraft | None:
    """Raises MailRefused."""
    try:
        return mail_drafts.store_mail(address, arrived)
    except BadPicture as error:
        is_bomb = isinstance(error, TooManyPixels)
        reason = mail_drafts.TOO_MANY_PIXELS if is_bomb else mail_drafts.NO_PICTURE
        raise MailRefused(reason) from error


def _confirm(draft: SavedDraft | None, address: PostAddress, mail: PipedMail) -> None:
    if draft is None:
        logger.info("mail for member %s: it came before", address.member_id)
        return
    logger.info("mail for member %s: draft %s, %s bytes", address.member_id, draft.pk, mail.size)
    if not mail.is_automatic:
        message_id = mail.message.header("message-id")
        draft_confirmations.confirm_post_draft(
            draft, address, sender=mail.sender, message_id=message_id
        )


def _bounce(code: int, words: str, address: PostAddress, mail: PipedMail) -> MailOutcome:
    """A bounce where it reaches the member who owns the address; else nothing."""
    if mail.is_automatic or not post_addresses.confirmed_address(mail.sender, address.member):
        return MailOutcome(EXIT_TAKEN)
    return (
        MailOutcome(code, words)
        if post_addresses.may_confirm_by_mail(address)
        else MailOutcome(EXIT_TAKEN)
    )


def _bounce_unknown(mail: PipedMail) -> MailOutcome:
    """Nobody's address. A member who mistyped theirs is told, once an hour; nobody else is."""
    logger.info("mail dropped: nobody has that address, %s bytes", mail.size)
    return bounce_to_member(EXIT_UNKNOWN_ADDRESS, _unknown_address_text(), mail)


def _unknown_address_text() -> str:
    return _("This address is no longer used. Yours is shown here: %(address)s") % {
        "address": public_url("mail")
    }
