"""`manage.py receive_mail`: what a mail server's pipe runs for each mail to POST_MAIL_DOMAIN."""

from __future__ import annotations

import logging
import os
import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.bulkhead import BulkheadFull
from profilelink.mail.intake_slots import hold_intake_slot
from profilelink.mail.piped import EXIT_TRY_LATER, MailOutcome
from profilelink.mail.receiving import receive_mail

logger = logging.getLogger(__name__)

HELP = """
Makes a draft of a mail that stands on standard input. Only the member whose secret address it was
sent to sees it; it is posted when they send it on the site. A reply to a notice (r-…@) becomes a
comment, or a draft of one; a bounce of a notice (b-…@) may end mails to that address.

The envelope's recipient and sender, for
  Postfix (master.cf)   pipe … null_sender= argv=… receive_mail --sender=${sender} -- ${recipient}
  Exim (pipe transport) command = … receive_mail
Without arguments: the recipient is read from ORIGINAL_RECIPIENT (Postfix, for a command in an alias)
or RECIPIENT or LOCAL_PART and DOMAIN (Exim), else from the headers X-Original-To, Envelope-To and
Delivered-To; the sender from SENDER (both), else Return-Path, else From.
profilelink/deploy/receive_mail is a wrapper to put there; it holds the lines for both servers.

Exit codes (sysexits.h):
  0   taken, or dropped on purpose (no member's address, a report, a refusal that nobody may get)
  65  refused, and the member who sent it gets a bounce that says why
  67  no such address, told to a member who sent it
  75  trouble of ours, or too many mails at once: try again
"""


class Command(BaseCommand):
    help = HELP
    requires_system_checks: list[str] = []
    stealth_options = ("stdin",)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = RawDescriptionHelpFormatter
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipient", nargs="*", help="envelope recipient")
        parser.add_argument(
            "--demo", action="store_true", help="first of all: into the demo's site"
        )
        parser.add_argument("--sender", help="envelope sender; empty for a bounce")

    def run_from_argv(self, argv: list[str]) -> None:
        """Exit with 75 on wrong options: a wrong line in the mail server's configuration must not bounce mail."""
        try:
            super().run_from_argv(argv)
        except SystemExit as end:
            if end.code in (1, 2):
                sys.exit(EXIT_TRY_LATER)
            raise

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = self._outcome(options)
        if outcome.bounce_text:
            self.stdout.write(outcome.bounce_text)
        if outcome.code:
            sys.exit(outcome.code)

    def _outcome(self, options: dict[str, Any]) -> MailOutcome:
        if not settings.POST_MAIL_DOMAIN:
            logger.error("POST_MAIL_DOMAIN is not set: this site takes no posts by mail.")
            return MailOutcome(EXIT_TRY_LATER)
        stream = options.get("stdin") or sys.stdin.buffer
        try:
            with hold_intake_slot(Path(settings.MEDIA_ROOT) / "locks"):
                return receive_mail(stream, options["recipient"], options["sender"], os.environ)
        except BulkheadFull:
            logger.warning("too many mails at once: the mail server tries this one again")
            return MailOutcome(EXIT_TRY_LATER)
        except Exception:
            # Whatever it is, the mail is not at fault: the mail server keeps it and comes again.
            logger.exception("a mail could not be taken in; the mail server tries again")
            return MailOutcome(EXIT_TRY_LATER)
