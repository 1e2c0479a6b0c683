"""Mails about a refusal: only to an address that a member here confirmed, and once an hour.

Whoever else is named as the sender most likely did not send the mail.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache

from profilelink.mail.piped import EXIT_TAKEN, MailOutcome, PipedMail
from syndication.actions import post_addresses

BOUNCE_INTERVAL = 3600  # seconds, for one sender


def bounce_to_member(code: int, words: str, mail: PipedMail) -> MailOutcome:
    """The bounce, or nothing where no member may be told."""
    own = "" if mail.is_automatic else post_addresses.confirmed_address(mail.sender)
    if not own:
        return MailOutcome(EXIT_TAKEN)
    once = f"mail-bounce-{hashlib.sha256(own.lower().encode()).hexdigest()[:32]}"
    if not cache.add(once, 1, BOUNCE_INTERVAL):
        return MailOutcome(EXIT_TAKEN)
    return MailOutcome(code, words)
