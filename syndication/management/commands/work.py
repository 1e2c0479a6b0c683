"""`manage.py work`: the worker of production, demo and tests."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from syndication.worker.supervisor import SILENT_AFTER, Supervisor


class Command(BaseCommand):
    help = (
        "Deliver posts: a django-q2 cluster, the sweeper and the watchdog in one. Ctrl-C stops it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--silent-after",
            type=float,
            default=SILENT_AFTER.total_seconds(),
            help="seconds without any task done after which the cluster is started anew",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        silent_after = timedelta(seconds=options["silent_after"])
        Supervisor(self._say, silent_after=silent_after).run()

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError):  # the terminal was closed
            self.stdout.write(line)
            self.stdout.flush()
