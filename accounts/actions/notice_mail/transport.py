"""Mail transport: headers, charset and the SMTP dialogue, step by step.

`EmailBackend` of Django sends in one go, which does not say whether the text was given away; so the four
commands are sent here. Other backends (a file, memory) are asked as they are.
"""

from __future__ import annotations

import re
import smtplib
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

from accounts.models import NoticeMail

FROM_LOCAL = "notice"
BOUNCE_PREFIX = "b-"
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
JIS = "iso-2022-jp"
_PUT_FOR_MISSING = "〓"  # what carriers put for a character that the other phone does not have
# The same characters by the tables of Windows and of JIS
_JIS_FORMS = str.maketrans("～－∥￠￡￢", "〜−‖¢£¬")


class MailServerAway(Exception):
    """The mail server does not answer, or takes nothing now. Nothing was handed over."""


class MailNotNow(Exception):
    """The mail server cannot take this mail now; others it may."""


class MailTurnedAway(Exception):
    """The mail server refused this mail for good; `is_after_text`: after it had the text."""

    def __init__(self, code: int, answer: bytes, *, is_after_text: bool) -> None:
        super().__init__(code, answer)
        self.code, self.is_after_text = code, is_after_text


class MailOutcomeUnknown(Exception):
    """The connection broke after the text was given: the mail may have arrived."""


def from_header() -> str:
    """The one sender of all mails about notices, on the domain of their reply addresses."""
    if not settings.POST_MAIL_DOMAIN:
        return settings.DEFAULT_FROM_EMAIL
    return f"{settings.SITE_NAME} <{FROM_LOCAL}@{settings.POST_MAIL_DOMAIN}>"


def from_name() -> str:
    return parseaddr(from_header())[0]


def plain_from_address() -> str:
    """The address alone, as members allow it in their phones' mail filters."""
    return parseaddr(from_header())[1]


def bounce_address(mail: NoticeMail) -> str:
    """The envelope's sender. A site that receives mails finds by it which one came back."""
    if not settings.POST_MAIL_DOMAIN:
        return plain_from_address()
    return f"{BOUNCE_PREFIX}{mail.key}@{settings.POST_MAIL_DOMAIN}"


def message_id(mail: NoticeMail) -> str:
    return f"<n.{mail.key}@{plain_from_address().rpartition('@')[2]}>"


def charset_of(is_jis: bool) -> str:
    return JIS if is_jis else "utf-8"


def jis_text(text: str) -> str:
    """The text in characters that ISO-2022-JP has. Half-width kana become full-width ones."""
    return "".join(_jis_letter(letter) for letter in _widened(text).translate(_JIS_FORMS))


def _widened(text: str) -> str:
    kana = re.compile("[\uff61-\uff9f]+")
    return kana.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def _jis_letter(letter: str) -> str:
    for form in (letter, unicodedata.normalize("NFKC", letter)):
        with suppress(UnicodeEncodeError):
            form.encode("iso2022_jp")
            return form
    return _PUT_FOR_MISSING


class MailTransport:
    """One connection for several mails. A context manager."""

    def __init__(self) -> None:
        self._backend: Any = get_connection()

    def __enter__(self) -> MailTransport:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._close()

    def open(self) -> None:
        """Raises MailServerAway."""
        try:
            self._backend.open()
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerAway from error

    def deliver(self, message: EmailMessage, begin: Callable[[], None]) -> None:
        """Hand the mail over. `begin` is called right before the text is given; what it raises
        stops the mail. Raises MailServerAway, MailNotNow, MailTurnedAway, MailOutcomeUnknown."""
        self.open()
        if not isinstance(self._backend, EmailBackend):
            begin()
            self._backend.send_messages([message])
            return
        try:
            self._hand_over(self._backend.connection, message, begin)
        except BaseException:
            self._drop()  # the next mail takes a new connection: this one's state is not known
            raise

    def _hand_over(self, smtp: Any, message: Any, begin: Callable[[], None]) -> None:
        text = _dot_stuffed(message.message().as_bytes(linesep="\r\n"))
        try:
            smtp.ehlo_or_helo_if_needed()
            _expect(250, smtp.mail(message.from_email), is_about_us=True)
            _expect(250, smtp.rcpt(message.to[0]))
            _expect(354, smtp.docmd("DATA"))
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerAway from error
        begin()
        try:
            smtp.send(text)
            answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise MailOutcomeUnknown from error
        _expect(250, answer, is_after_text=True)

    def _drop(self) -> None:
        connection, self._backend.connection = self._backend.connection, None
        if connection is not None:
            connection.close()

    def _close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._backend.close()


def _expect(
    code: int, answer: tuple[int, bytes], *, is_about_us: bool = False, is_after_text: bool = False
) -> None:
    """Compare the first digit: 250 and 251 both take a recipient."""
    got, words = answer
    if got // 100 == code // 100:
        return
    if got // 100 == 5 and not is_about_us:
        raise MailTurnedAway(got, words, is_after_text=is_after_text)
    raise MailNotNow(got, words)


def _dot_stuffed(raw: bytes) -> bytes:
    """The text as DATA wants it (RFC 5321, 4.5.2)."""
    ended = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"
