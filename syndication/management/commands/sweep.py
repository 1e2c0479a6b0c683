"""`manage.py sweep`: one pass of what `manage.py work` does once a minute; for cron, or by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from syndication.worker import sweep


class Command(BaseCommand):
    help = "Wake what is due, tell what is overdue, renew idle links, forget what has had its time."

    def handle(self, *args: Any, **options: Any) -> None:
        done = sweep.run_all_steps()
        self.stdout.write(" ".join(f"{name}={count}" for name, count in done.items()))
