"""Confirmations: the mail "your post waits at …" that answers a mail draft, only to a confirmed address of the
member."""

from __future__ import annotations

import logging
import re

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actions import quotas
from accounts.actions.notices import in_language_of
from accounts.public_urls import public_url
from syndication.actions import drafts, post_addresses
from syndication.models import PostAddress, SavedDraft

logger = logging.getLogger(__name__)

TIMEOUT = 20  # seconds; the mail server that handed the mail over waits
# Only the form of RFC 5322: a stranger's text goes into a header of ours.
_MESSAGE_ID = re.compile(rb"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,200}>")


def confirm_post_draft(
    draft: SavedDraft, address: PostAddress, *, sender: str, message_id: bytes
) -> bool:
    """Mail `sender` the draft's address, if it is the member. Return whether a mail was sent."""
    to = post_addresses.confirmed_address(sender, draft.member)
    if not to or not post_addresses.may_confirm_by_mail(address):
        return False
    return _send(_post_draft_mail(draft, to), draft, message_id)


def confirm_reply_draft(draft: SavedDraft, *, sender: str, message_id: bytes) -> bool:
    """Mail `sender` where their answer waits, if it is the member. Return whether a mail was sent."""
    to = post_addresses.confirmed_address(sender, draft.member)
    if not to:
        return False
    try:
        quotas.spend_member_quota(draft.member, quotas.ANSWER_MAILS)
    except quotas.QuotaUsedUp:
        return False
    return _send(_reply_draft_mail(draft, to), draft, message_id)


def _send(mail: EmailMessage, draft: SavedDraft, message_id: bytes) -> bool:
    if _MESSAGE_ID.fullmatch(message_id.strip()):
        mail.extra_headers |= {"In-Reply-To": message_id.strip().decode()}
    try:
        mail.send()
    except OSError:
        logger.exception("the answer to mail draft %s did not go out", draft.pk)
        return False
    return True


def _post_draft_mail(draft: SavedDraft, to: str) -> EmailMessage:
    with in_language_of(draft.member):
        subject = _("%(site)s: post waits for you") % {"site": settings.SITE_NAME}
        body = _(
            "Your email has arrived, and nobody else sees it. It is posted once you send it on this page:\n"
            "%(address)s\n"
            "\n"
            "If you do not, it is deleted on %(date)s.\n"
        ) % {"address": public_url("mail_draft", draft.pk), "date": _expiry_date(draft)}
    return _automatic_mail(subject, body, to)


def _reply_draft_mail(draft: SavedDraft, to: str) -> EmailMessage:
    with in_language_of(draft.member):
        subject = _("%(site)s: reply waits for you") % {"site": settings.SITE_NAME}
        body = _(
            "Your reply has arrived, and nobody else sees it. It is added once you send it on "
            "this page:\n%(address)s\n\nIf you do not, it is deleted on %(date)s.\n"
        ) % {"address": public_url("mail_draft", draft.pk), "date": _expiry_date(draft)}
    return _automatic_mail(subject, body, to)


def _expiry_date(draft: SavedDraft) -> str:
    expires_at = localtime(drafts.draft_expires_at(draft))
    return date_format(expires_at, pgettext("date format: date", "j M Y"))


def _automatic_mail(subject: str, body: str, to: str) -> EmailMessage:
    return EmailMessage(
        subject,
        body,
        to=[to],
        connection=get_connection(timeout=TIMEOUT),
        headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"},
    )
