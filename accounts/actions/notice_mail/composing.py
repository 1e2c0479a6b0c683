"""Text of mails about notices: a subject of 15 full-width characters, a body of 250, one address.

A phone's list shows no more of a subject, and many cut a text after 250. What somebody wrote stands only in
mails about comments, and only if the member wants it; a post's own words in none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.actions.notice_mail import transport
from accounts.actions.notice_mail.choices import make_off_token
from accounts.actions.notices import in_language_of
from accounts.models import MailClass, MailSettings, Notice, NoticeMail
from accounts.public_urls import public_url

MAX_BODY_LENGTH = 250  # full-width characters
ADDRESS_WITHIN = 100  # the address ends within so many of them, whatever stands before it
MAX_LEAD_LENGTH = 70  # of what stands before it

# By code of notice: makes the address for an answer by mail, or "". Its arguments are the notice, where
# the mail goes, the lines around the words, and the name in From.
ReplyAddressMaker = Callable[[Notice, str, Sequence[str], str], str]
_REPLY_ADDRESSES: dict[str, ReplyAddressMaker] = {}


def register_reply_addresses(code: str, make: ReplyAddressMaker) -> None:
    _REPLY_ADDRESSES[code] = make


def compose_mail(
    mail: NoticeMail, notices: Sequence[Notice], choices: MailSettings
) -> EmailMessage:
    """The mail of the notices, which its member may read at this moment; the newest comes first."""
    with in_language_of(mail.member):
        if mail.is_daily:
            subject, lines, reply_to = _daily(mail, notices)
        else:
            subject, lines, reply_to = _at_once(mail, notices, choices)
        return _message(mail, f"{settings.SITE_NAME}: {subject}", lines, reply_to, choices)


def _at_once(
    mail: NoticeMail, notices: Sequence[Notice], choices: MailSettings
) -> tuple[str, list[str], str]:
    newest = notices[0]
    name, args = newest.target
    kind, address = newest.kind, public_url(name, *args)
    lead = kind.mail_text(newest) if kind.mail_text else kind.text(newest)
    words = "" if choices.is_without_words else kind.words(newest)
    quoted = pgettext("words of a comment", "“%(words)s”") % {"words": words} if words else ""
    last = _("To change emails: Account, Notices by email.")
    reply_to = ""
    if words and (make := _REPLY_ADDRESSES.get(newest.code)):
        answer = _("Answer this email to comment.")
        reply_to = make(newest, mail.address, [lead, address, answer], transport.from_name())
        last = answer if reply_to else last
    rest = [quoted, _others(len(notices) - 1), last]
    return str(kind.mail_subject), _fitted(lead, address, rest), reply_to


def _others(count: int) -> str:
    if not count:
        return ""
    return ngettext("And %(count)d more.", "And %(count)d more.", count) % {"count": count}


def _daily(mail: NoticeMail, notices: Sequence[Notice]) -> tuple[str, list[str], str]:
    count = len(notices)
    lead = ngettext("%(count)d notice: %(what)s.", "%(count)d notices: %(what)s.", count) % {
        "count": count,
        "what": _class_in_words(mail.mail_class),
    }
    lines = _fitted(
        lead, public_url("notice_list"), [_("To change emails: Account, Notices by email.")]
    )
    return pgettext("subject", "New notices"), lines, ""


def _class_in_words(mail_class: str) -> str:
    named: dict[str, Any] = {
        MailClass.PEOPLE: pgettext("mails", "people"),
        MailClass.LIKES: pgettext("mails", "likes and networks"),
        MailClass.TROUBLE: pgettext("mails", "trouble with sending"),
    }
    return str(named[mail_class])


def _fitted(lead: str, address: str, rest: Sequence[str]) -> list[str]:
    """The lines, with the address early, and no longer than a phone shows."""
    left = MAX_BODY_LENGTH - sum(mail_width(line) + 0.5 for line in (address, *rest) if line)
    lead = cut_to_width(lead, left)
    is_short = mail_width(lead) <= min(MAX_LEAD_LENGTH, ADDRESS_WITHIN - mail_width(address))
    first = [lead, address] if is_short else [address, lead]
    return [line for line in (*first, *rest) if line]


def _message(
    mail: NoticeMail, subject: str, lines: Sequence[str], reply_to: str, choices: MailSettings
) -> EmailMessage:
    body = "\n".join(lines) + "\n"
    if choices.is_jis:
        subject, body = transport.jis_text(subject), transport.jis_text(body)
    headers = {
        **transport.AUTOMATIC,
        "From": transport.from_header(),
        "Message-ID": transport.message_id(mail),
    }
    if mail.mail_class != MailClass.SECURITY:
        headers["List-Unsubscribe"] = f"<{public_url('mails_off', make_off_token(mail))}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMessage(
        subject,
        body,
        transport.bounce_address(mail),
        [mail.address],
        headers=headers,
        reply_to=[reply_to] if reply_to else None,
    )
    message.encoding = transport.charset_of(choices.is_jis)
    return message


def mail_width(text: str) -> float:
    """In full-width characters."""
    return sum(1 if unicodedata.east_asian_width(letter) in "WFA" else 0.5 for letter in text)


def cut_to_width(text: str, most: float) -> str:
    if mail_width(text) <= most:
        return text
    left, kept = most - 1, []
    for letter in text:
        left -= mail_width(letter)
        if left < 0:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"
