"""Masking of secrets in logs, error mails and access logs."""

import json
import logging
import re
from copy import copy
from datetime import UTC, datetime
from typing import Any

from gunicorn.glogging import Logger

from accounts.urlsession.context import current_context

MASK = "***"

# Characters, digits and -._~ mean the same percent-encoded (RFC 3986, 2.3), at any depth: /%73/ opens a
# session as /s/ does. They are decoded before the patterns look.
_ENCODED = re.compile(r"%(?:25)*(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.I)

# Each pattern keeps its group "keep" and hides the rest.
_PATTERNS = (
    # Session, phone login, PIN, invitation and outbound addresses, also percent-encoded in others.
    # Cut-off ones too: the last character is soon guessed.
    re.compile(
        r"(?P<keep>(?:/|%(?:25)*2F)(?:s|q|p|i|out)(?:/|%(?:25)*2F))[A-Za-z0-9_-]{12,}",
        re.I,
    ),
    # What a network gives back (OAuth 2's code and state, OAuth 1's token and verifier) and what
    # opens an account (fields of our forms), in a query, in a report's `name = 'value'` and in a
    # dict's repr.
    re.compile(
        r"(?P<keep>(?:^|[?&;\s\"'(\[]|%3F|%26)"
        r"(?:code|state|oauth_token|oauth_verifier|access_token|refresh_token|session"
        r"|sessionid|(?:old)?password\d?|pin(?:_again)?|secret|nonce|typed|number|key|proof)"
        r"(?:=|%3D|\s=\s|['\"]:\s*\[?))"
        r"(?:'(?:[^'\\\n]|\\.)*'?|\"(?:[^\"\\\n]|\\.)*\"?|[^&\s\"'<>)\]]+)",
        re.I | re.M,
    ),
    # One-time addresses that were mailed: a new password, a mail address to confirm.
    re.compile(r"(?P<keep>/password/reset/[0-9A-Za-z]+-)[^/\s\"'?]+"),
    re.compile(r"(?P<keep>/mail/)[-:\w]{20,}"),
    # Addresses by which mails become drafts and comments (syndication.actions.post_addresses).
    re.compile(r"(?P<keep>\br-)[bcdfghjkmnpqrstvwxyz2-9]{12,}", re.I),
    re.compile(r"(?P<keep>\b)[bcdfghjkmnpqrstvwxyz2-9]{14}(?=@)", re.I),
    # A handset's serial number and SIM card in its browser's name.
    re.compile(r"(?P<keep>[;/](?:ser|icc|SN))[0-9A-Za-z]{8,}"),
    # Headers in which gateways name the subscriber.
    re.compile(
        r"(?P<keep>X[-_](?:DCMGUID|UP[-_]SUBNO|JPHONE[-_]UID|EM[-_]UID)['\"]?\s*[:=,>]?\s*['\"]?)"
        r"[^\s'\"<,]+",
        re.I,
    ),
)


def mask_secrets(text: str) -> str:
    """Mask secrets in a text, and the raw tokens of the current request.

    Those can stand alone, as a local variable in a traceback does.
    """
    if "%" in text:
        text = _ENCODED.sub(lambda found: chr(int(found[1], 16)), text)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<keep>{MASK}", text)
    context = current_context()
    for token in context.raw_tokens() if context else ():
        text = text.replace(token, MASK)
    return text


def is_client_error(record: logging.LogRecord) -> bool:
    """Whether Django logs a 4xx answer: a foreign Host header, a broken form. Any scanner can cause
    it.
    """
    return 400 <= getattr(record, "status_code", 0) < 500


class MaskFormatter(logging.Formatter):
    """A formatter and not a filter: a filter does not see the text of a traceback.

    What a client did wrong is one line without a traceback, so that a scanner does not fill the log.
    """

    def format(self, record: logging.LogRecord) -> str:
        if is_client_error(record) and (record.exc_info or record.exc_text):
            record = copy(record)
            record.exc_info = record.exc_text = None
        return mask_secrets(super().format(record))


class MaskJsonFormatter(MaskFormatter):
    """A line of JSON for each record. Masked before it is JSON: behind a backslash no pattern would look."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)  # message, then the traceback
        message = mask_secrets(record.getMessage())
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        if text != message:
            entry["traceback"] = text.removeprefix(message).strip()
        return json.dumps(entry, ensure_ascii=False)


class GunicornLogger(Logger):
    """`logger_class` of the gunicorn configuration: masks the finished lines of both its logs.

    One line is masked once: an access line's parts are some eighty values, of which it shows seven.
    """

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(self.masking(handler.formatter or logging.Formatter()))

    def masking(self, plain: logging.Formatter) -> MaskFormatter:
        """The formatter for a handler that had this one."""
        return MaskFormatter(plain._fmt, plain.datefmt)


class GunicornJsonLogger(GunicornLogger):
    """The same as JSON."""

    def masking(self, plain: logging.Formatter) -> MaskFormatter:
        return MaskJsonFormatter()
