"""A mail as it came by the pipe, and what its mail server is told."""

from __future__ import annotations

import os
from dataclasses import dataclass

from profilelink.mail import mime

# sysexits.h. Mail servers bounce on 65 and 67 and try again later on 75.
EXIT_TAKEN = os.EX_OK  # or dropped without a word
EXIT_REFUSED = os.EX_DATAERR
EXIT_UNKNOWN_ADDRESS = os.EX_NOUSER
EXIT_TRY_LATER = os.EX_TEMPFAIL


@dataclass(frozen=True)
class MailOutcome:
    """Exit code for the mail server. `bounce_text` goes into the bounce, if any."""

    code: int
    bounce_text: str = ""


@dataclass(frozen=True)
class PipedMail:
    """A message from the pipe, cut after max_mail_bytes()."""

    message: mime.MimePart
    sender: str
    is_automatic: bool
    size: int
