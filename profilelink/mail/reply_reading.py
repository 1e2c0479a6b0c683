"""What becomes of a reply to a notice: a comment, a draft or nothing. Pure.

A comment is made only where nothing is in doubt. A draft costs its writer one look; a wrong comment
shows their telephone number, or the address by which anybody can answer in their name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from profilelink.mail import envelope
from profilelink.mail.mime import MimePart
from profilelink.mail.reading import read_message
from profilelink.mail.reply_cutting import CutDoubt, NoticeFrame, ReplyCut, cut_reply
from syndication.actions.mail_drafts import IncomingMail
from syndication.actions.reply_text import holds_reply_address, squeezed_text

# Nobody reads and answers a mail on a phone in less; what does is a program that does not say so.
FASTEST_ANSWER = timedelta(seconds=20)

_LOOKS_AUTOMATIC = {b"bulk", b"junk", b"auto_reply"}
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*[\[【(（]?\s*(?:自動応答|自動返信|不在|開封済|auto(?:matic)?[ -]?reply|out of office)",
    re.I,
)
_REPLY_SUBJECT = re.compile(r"\s*(?:re\s*\d*|fwd?|返信|転送)\s*[:：]|\s*$", re.I)
_SESSION = re.compile(r"/(?:s|q|p|i|out)/[a-z0-9_-]{12,}", re.I)


class ReplyOutcome(StrEnum):
    COMMENT = "comment"
    DRAFT = "draft"
    DROP = "drop"


class ReplyDoubt(StrEnum):
    """Why a reply is no comment, beside the reasons of cut_reply. Logged, never told."""

    AUTOMATIC = "automatic"
    OTHER_SENDER = "other_sender"
    LOOKS_AUTOMATIC = "looks_automatic"
    TOO_FAST = "too_fast"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    HAS_PHOTO = "has_photo"
    HOLDS_ADDRESS = "holds_address"


@dataclass(frozen=True)
class ReplyDecision:
    """`mail` is None for a reply that is dropped. Its text is the comment, or what the draft holds."""

    outcome: ReplyOutcome
    doubt: ReplyDoubt | CutDoubt | None = None
    mail: IncomingMail | None = None
    text: str = ""


@dataclass(frozen=True)
class ReplyContext:
    """What is known of a reply beside its message."""

    envelope_sender: str
    arrived_at: datetime
    is_member: Callable[[str], bool]  # whether an address is the one to which the notice went
    longest: int  # characters of a comment


def decide_reply(message: MimePart, frame: NoticeFrame, context: ReplyContext) -> ReplyDecision:
    """Raises mime.MessageTooComplex."""
    if envelope.says_it_is_automatic(message, context.envelope_sender):
        return ReplyDecision(ReplyOutcome.DROP, ReplyDoubt.AUTOMATIC)
    mail = read_message(message)
    cut = cut_reply(mail.text, frame)
    doubt = (
        _doubt_about_sender(message, mail, frame, context)
        or cut.doubt
        or _doubt_about_words(cut, mail, frame, context)
    )
    if doubt is None:
        return ReplyDecision(ReplyOutcome.COMMENT, None, mail, cut.text)
    return ReplyDecision(
        ReplyOutcome.DRAFT, doubt, mail, cut.text or _own_subject(mail) or mail.text
    )


def holds_our_address(text: str, frame: NoticeFrame) -> bool:
    """Whether the mail domain, the site's host, a reply address or a session's address stands in it."""
    squeezed = squeezed_text(text)
    return (
        frame.mail_domain in squeezed
        or frame.site_host in squeezed
        or bool(_SESSION.search(squeezed))
        or holds_reply_address(text)
    )


def _own_subject(mail: IncomingMail) -> str:
    """The subject, where a phone's user wrote the answer into it; "" for that of a reply."""
    return "" if _REPLY_SUBJECT.match(mail.title) else mail.title


def _doubt_about_sender(
    message: MimePart, mail: IncomingMail, frame: NoticeFrame, context: ReplyContext
) -> ReplyDoubt | None:
    senders = (context.envelope_sender, envelope.from_address(message))
    if not all(context.is_member(one) for one in senders):
        return ReplyDoubt.OTHER_SENDER
    if message.header("precedence").strip().lower() in _LOOKS_AUTOMATIC:
        return ReplyDoubt.LOOKS_AUTOMATIC
    if _AUTOMATIC_SUBJECT.match(mail.title):
        return ReplyDoubt.LOOKS_AUTOMATIC
    if context.arrived_at - frame.sent_at < FASTEST_ANSWER:
        return ReplyDoubt.TOO_FAST
    return None


def _doubt_about_words(
    cut: ReplyCut, mail: IncomingMail, frame: NoticeFrame, context: ReplyContext
) -> ReplyDoubt | None:
    if not cut.text:
        return ReplyDoubt.EMPTY
    if len(cut.text) > context.longest:
        return ReplyDoubt.TOO_LONG
    if mail.photos:
        return ReplyDoubt.HAS_PHOTO
    return ReplyDoubt.HOLDS_ADDRESS if holds_our_address(cut.text, frame) else None
