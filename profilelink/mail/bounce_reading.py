"""Bounces of our own mails: what a mail server's report says of why a mail came back. Pure.

Reports follow RFC 3464; old Exim says it in words and in X-Failed-Recipients. Whether the text had been given
when it was refused is told in words alone: by Postfix, Exim and sendmail, each in its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from profilelink.mail.mime import MessageTooComplex, MimePart, leaf_parts

_FIELD = re.compile(rb"^(action|status|diagnostic-code):[ \t]*(.*(?:\r?\n[ \t].*)*)", re.I | re.M)
_AFTER_TEXT = re.compile(rb"end\s+of\s+data|>>> DATA\b", re.I)
_FAILED_FOR_GOOD = re.compile(rb"\b5[0-9][0-9][ -]|\b5\.[0-9]\.[0-9]")
_FULL = (b"5.2.2",)  # the mailbox is full: somebody has it
_READ = 20_000  # bytes of a part


@dataclass(frozen=True)
class BounceReport:
    """A mail that came back for good. `is_after_text`: the server refused it when it had the text."""

    is_after_text: bool


def read_bounce(message: MimePart) -> BounceReport | None:
    """None for what is no report of a failure for good: a delay, a receipt, an answer by a program."""
    try:
        parts = [(part.content_type, part.content[:_READ]) for part in leaf_parts(message)]
    except MessageTooComplex:
        return None
    status = b"\n".join(raw for kind, raw in parts if kind == "message/delivery-status")
    words = b"\n".join(raw for kind, raw in parts if kind == "text/plain")
    if not _is_failure(status, words, message):
        return None
    return BounceReport(is_after_text=bool(_AFTER_TEXT.search(status + words)))


def _is_failure(status: bytes, words: bytes, message: MimePart) -> bool:
    if not status:
        return bool(message.header("x-failed-recipients") and _FAILED_FOR_GOOD.search(words))
    fields = [(name.lower(), value.strip()) for name, value in _FIELD.findall(status)]
    if not any(name == b"action" and value.lower().startswith(b"failed") for name, value in fields):
        return False
    codes = [value for name, value in fields if name == b"status"]
    return any(code.startswith(b"5.") and not code.startswith(_FULL) for code in codes)
