"""`manage.py work`: the worker of production, demo and tests."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from syndication.supervisor import Supervisor


class Command(BaseCommand):
    help = (
        "Deliver posts: a django-q2 cluster, the sweeper and the watchdog in one. Ctrl-C stops it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor(self._say).run()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
