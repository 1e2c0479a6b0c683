"""`manage.py reseal`: after a new key was put first in TOKEN_KEYS. See accounts.crypto.encryption."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from syndication.actions.key_rotation import rotate_sealed_secrets


class Command(BaseCommand):
    help = "Seal every stored secret with the first key of TOKEN_KEYS. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for place, counts in rotate_sealed_secrets():
            broken += counts["broken"]
            self.stdout.write(
                f"{place}: {counts['done']} re-sealed, {counts['overtaken']} changed meanwhile, "
                f"{counts['broken']} that no key opens"
            )
        if broken:
            raise CommandError(
                f"{broken} secrets do not open. Put the key that sealed them back at the end of "
                "TOKEN_KEYS and run this again; if it is lost, those members must link again."
            )
        self.stdout.write("All done: keys after the first can be taken out of TOKEN_KEYS.")
