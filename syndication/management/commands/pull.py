"""`manage.py pull`: the pull worker, which `manage.py work` starts by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from syndication.worker.import_worker import ImportWorker


class Command(BaseCommand):
    help = "Bring friend lists and what friends wrote. `work` runs this beside its deliveries."

    def handle(self, *args: Any, **options: Any) -> None:
        ImportWorker().run()
