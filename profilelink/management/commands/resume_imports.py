"""`manage.py resume_imports`: after a restore. See syndication.actions.restored_site."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from syndication.actions.restored_site import resume_imports


class Command(BaseCommand):
    help = "Turn imports from networks on again, which a restore turns off."

    def handle(self, *args: Any, **options: Any) -> None:
        was_off = resume_imports(by=None)
        self.stdout.write("Imports are on." if was_off else "Imports were on already.")
