"""Restore a backup into an empty site, and distrust what may have happened since it was taken."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import AutoField, Model
from django.utils import timezone

from accounts.crypto.encryption import DecryptionFailed, decrypt
from accounts.models import Member
from profilelink.backup.contents import (
    applied_migrations,
    backed_up_models,
    fields_of,
    to_columns,
)
from profilelink.backup.taking import (
    FORMAT,
    KEYS,
    MANIFEST,
    PHOTOS,
    ROWS,
    digest_of,
    fingerprints_of,
)
from syndication.actions.deletion_log import read_deletion_log, replay_deletions
from syndication.actions.restored_site import distrust_restored_rows

BATCH = 1000  # rows of one insert
# A transaction that deleted something may have committed after the backup began.
BEFORE = timedelta(minutes=10)
# More than a table gets; later, more: the same backup may be restored again.
KEYS_SKIPPED, KEYS_A_SECOND = 1_000_000, 10


class CannotRestore(Exception):
    """Nothing was changed; the message says what to do."""


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    rows: int
    photos: int
    unconfirmed: int
    replayed: Counter[str]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The backup's manifest, once its files are whole. Raises CannotRestore."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        raise CannotRestore(
            f"{folder} is no backup: it has no {MANIFEST} that can be read."
        ) from None
    if manifest.get("format") != FORMAT:
        raise CannotRestore(f"This version reads backups of format {FORMAT} alone.")
    for name, digest in manifest["sha256"].items():
        path = folder / name
        if not path.is_file() or digest_of(path) != digest:
            raise CannotRestore(f"{path} is damaged or missing. Take another backup.")
    return manifest


def check_site(manifest: dict[str, Any]) -> None:
    """Require an empty site with the same tables. Raises CannotRestore."""
    if Member.objects.exists():
        raise CannotRestore(
            "This site has members. Restore into an empty one: a new database, then `manage.py migrate`."
        )
    if has_files(Path(settings.MEDIA_ROOT)):
        raise CannotRestore(
            f"MEDIA_ROOT ({settings.MEDIA_ROOT}) holds files. Empty it, or set another."
        )
    if applied_migrations() != manifest["migrations"]:
        raise CannotRestore(
            f"The backup is of version {manifest['version']}, and this database has other tables. Install "
            "that version, `manage.py migrate`, restore, and upgrade after it."
        )


def wrong_keys(manifest: dict[str, Any]) -> list[str]:
    """The variables whose keys are not those of the site that was backed up."""
    wrong = [
        name for name in KEYS if manifest["fingerprints"].get(name) not in fingerprints_of(name)
    ]
    try:
        decrypt(manifest["sealed"])
    except DecryptionFailed:
        wrong.append("TOKEN_KEYS")
    return wrong


def restore(folder: Path, manifest: dict[str, Any], logs: Sequence[Path]) -> Restored:
    """Restore rows and photos, then do again what the deletion logs say. All rows or none."""
    photos = _extract_photos(folder / PHOTOS)
    taken_at = datetime.fromisoformat(manifest["taken_at"])
    entries = list(read_deletion_log(_lines_of(logs), taken_at - BEFORE))
    with transaction.atomic():
        _delete_rows_of_migrations()
        with gzip.open(folder / ROWS, "rt", encoding="utf-8") as lines:
            rows = _insert_rows(json.loads(line) for line in lines)
        _reset_sequences()
        _skip_lost_keys(timezone.now() - taken_at)
        if rows != manifest["rows"]:
            raise CannotRestore(
                "The rows are not as many as the manifest says. Take another backup."
            )
        connection.check_constraints()
        unconfirmed = distrust_restored_rows(timezone.now())
        replayed = replay_deletions(entries)
    return Restored(sum(rows.values()), photos, unconfirmed, replayed)


def has_files(root: Path) -> bool:
    return root.is_dir() and any(path.is_file() for path in root.rglob("*"))


def _lines_of(logs: Sequence[Path]) -> Iterator[str]:
    return chain.from_iterable(
        path.read_text(encoding="utf-8", errors="replace").splitlines() for path in logs
    )


def _delete_rows_of_migrations() -> None:
    """Content types, permissions and groups have other keys in the backup. Constraints wait for the end."""
    with connection.cursor() as cursor:
        for model in backed_up_models():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours


def _insert_rows(lines: Iterable[Any]) -> dict[str, int]:
    """Insert as `_write_rows` wrote. Return the number of rows of each table."""
    models = {model._meta.label_lower: model for model in backed_up_models()}
    counts: dict[str, int] = {}
    batch: list[Any] = []
    model: type[Model] | None = None
    for line in lines:
        if isinstance(line, dict):
            _insert_batch(model, batch)
            model, batch = models[line["model"]], []
            if line["fields"] != [field.attname for field in fields_of(model)]:
                raise CannotRestore(f"{line['model']} has other fields here.")
            counts[line["model"]] = 0
            continue
        batch.append(line)
        counts[model._meta.label_lower] += 1  # type: ignore[union-attr]
        if len(batch) == BATCH:
            _insert_batch(model, batch)
            batch = []
    _insert_batch(model, batch)
    return counts


def _insert_batch(model: type[Model] | None, batch: Sequence[Sequence[Any]]) -> None:
    if model is None or not batch:
        return
    fields = fields_of(model)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.executemany(statement, [to_columns(fields, row) for row in batch])


def _reset_sequences() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), backed_up_models()):
            cursor.execute(statement)


def _skip_lost_keys(lost: timedelta) -> None:
    """Give new rows no key of a row that was written in the lost time, which is as long as `lost`: a copy leads
    to the address of a lost post, and a link in a mail confirms the address in the row that it names."""
    skipped = KEYS_SKIPPED + KEYS_A_SECOND * int(lost.total_seconds())
    with connection.cursor() as cursor:
        for model in backed_up_models():
            if not isinstance(model._meta.pk, AutoField):
                continue
            name, table = model._meta.db_table, connection.ops.quote_name(model._meta.db_table)
            if connection.vendor == "postgresql":
                sequence = (table, model._meta.pk.column)
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s),"
                    " nextval(pg_get_serial_sequence(%s, %s)) + %s)",
                    (*sequence, *sequence, skipped),
                )
                continue
            row = (skipped, name)
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", row)
            if not cursor.rowcount:
                cursor.execute("INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)", row)


def _extract_photos(path: Path) -> int:
    if not path.exists():
        return 0
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path) as tar:
        members = tar.getmembers()
        tar.extractall(root, members, filter="data")
    return len(members)
