"""`manage.py backup <folder>`: see profilelink.backup.taking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from profilelink.backup.taking import delete_older_backups, take_backup
from syndication.actions.deletion_log import open_deletion_log


class Command(BaseCommand):
    help = "Back up all rows and photos into a new folder, while the site runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="where backups stand; each has its own folder"
        )
        parser.add_argument(
            "--without-photos", action="store_true", help="copy MEDIA_ROOT yourself"
        )
        parser.add_argument("--keep", type=int, default=0, help="delete all but so many backups")

    def handle(self, *, folder: Path, without_photos: bool, keep: int, **options: Any) -> None:
        try:
            if settings.DELETION_LOG:
                open_deletion_log()
            taken = take_backup(folder, with_photos=not without_photos)
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error}") from error
        gone = delete_older_backups(folder, keep) if keep > 0 else 0
        photos = "without photos" if without_photos else f"{taken.photos} photos"
        self.stdout.write(f"{taken.folder}: {taken.rows} rows, {photos}, {taken.bytes:,} bytes")
        if gone:
            self.stdout.write(f"{gone} older ones were deleted.")
        self.stdout.write(
            "The keys are not in it. Keep them elsewhere: TOKEN_KEYS (without it members link again), "
            "SECRET_KEY (without it Bluesky is linked again) and PIN_KEY."
        )
        if settings.DELETION_LOG:
            self.stdout.write(f"Restore it together with {settings.DELETION_LOG}.")
        else:
            self.stdout.write(
                "DELETION_LOG is not set: what members delete from now on would come back with it."
            )
