"""`manage.py restore <backup>`: see profilelink.backup.restoring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from profilelink.backup import restoring


class Command(BaseCommand):
    help = "Restore a backup into an empty site. Web and worker are stopped meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the backup's own folder, named by its time")
        parser.add_argument(
            "--log",
            type=Path,
            action="append",
            help="the deletion log (DELETION_LOG unless given); once for each",
        )
        parser.add_argument(
            "--without-log", action="store_true", help="what was deleted since comes back"
        )
        parser.add_argument(
            "--with-other-keys", action="store_true", help="members link again, and set new PINs"
        )

    def handle(
        self,
        *,
        folder: Path,
        log: list[Path] | None,
        without_log: bool,
        with_other_keys: bool,
        **options: Any,
    ) -> None:
        try:
            manifest = restoring.read_manifest(folder)
            restoring.check_site(manifest)
            logs = [] if without_log else self._logs(log)
            wrong = restoring.wrong_keys(manifest)
            if wrong and not with_other_keys:
                raise CommandError(
                    f"{' and '.join(wrong)} are not those of the backup. Set them as they were, or say "
                    "--with-other-keys."
                )
            done = restoring.restore(folder, manifest, logs)
        except restoring.CannotRestore as error:
            raise CommandError(str(error)) from error
        if manifest["photos"] is None:
            self.stdout.write("This backup has no photos: copy them to MEDIA_ROOT.")
        again = ", ".join(
            f"{what}: {count}" for what, count in sorted(done.replayed.items()) if count
        )
        self.stdout.write(
            f"{done.rows} rows and {done.photos} photos of {manifest['taken_at']}.\n"
            f"Done again from the deletion log: {again or 'nothing'}.\n"
            f"{done.unconfirmed} deliveries are looked for at the networks before anything is sent.\n"
            "Members log in again; phones make new bookmarks.\n"
            "As they were then, since nothing tells what became of them: passwords, two-step log-in, staff and "
            "their rights, addresses for posts by email, words of posts that were edited, which posts go to which "
            "network.\n"
            "Imports are off. When the site looks right: `manage.py resume_imports`, or in admin."
        )

    def _logs(self, given: list[Path] | None) -> list[Path]:
        """The files. Without one somebody has to say so: deleted posts would be there again."""
        logs = given or ([Path(settings.DELETION_LOG)] if settings.DELETION_LOG else [])
        missing = [path for path in logs if not path.is_file()]
        if logs and not missing:
            return logs
        where = f"{missing[0]} is not there" if missing else "DELETION_LOG is not set"
        raise CommandError(
            f"{where}: what members deleted after the backup would come back. Say --log FILE, or "
            "--without-log if there is none."
        )
