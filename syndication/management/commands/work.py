"""`manage.py work`: the worker of production, demo and tests."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from syndication.delivery import wakeups
from syndication.worker import supervisor

# Run by the interpreter alone: nothing of ours but two files, and no site-packages.
PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from syndication.worker import supervisor as s; s.main()"


class Command(BaseCommand):
    help = "Deliver posts, import friends' and look after the rows. Ctrl-C stops it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--silent-after",
            type=float,
            default=supervisor.SILENT_AFTER,
            help="seconds without a sign of work after which a worker process is started anew",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Become the supervisor: the checks have passed, and Django's 90 MB are given back."""
        given = {"--workers": wakeups.worker_count(), "--silent-after": options["silent_after"]}
        words = [str(word) for pair in given.items() for word in pair]
        command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(settings.BASE_DIR), *words]
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 - our own program
