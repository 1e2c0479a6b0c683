"""`manage.py worker_process`: one process of `manage.py work`, which starts it."""

from __future__ import annotations

import contextlib
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from syndication.delivery import heartbeats
from syndication.worker.process import WorkerProcess


class Command(BaseCommand):
    help = "One process of `work`, which starts it: not meant to be run by itself."
    requires_system_checks: list[str] = []  # `work` made them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--heartbeat-fd", type=int, help="a pipe to the supervisor")
        parser.add_argument("--with-maintenance", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["heartbeat_fd"] is not None:
            heartbeats.beat_to(options["heartbeat_fd"])
        WorkerProcess(self._say, with_maintenance=options["with_maintenance"]).run()

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError):  # the terminal was closed
            self.stdout.write(line)
            self.stdout.flush()
