"""Take a backup of a running site: one moment of the database, then the photos.

Web and worker go on meanwhile: rows are read in one transaction that sees them as they were when it
began, and that blocks nobody (on SQLite by the write-ahead log). A photo that goes while files are copied
is missing in the copy; its row is in the deletion log.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import os
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.crypto.encryption import encrypt
from profilelink.backup.contents import applied_migrations, backed_up_models, fields_of, to_json

FORMAT = 1
ROWS, PHOTOS, MANIFEST = "rows.jsonl.gz", "photos.tar", "manifest.json"
PAGE = 2000  # rows read at once
KEYS = ("SECRET_KEY", "PIN_KEY")  # recognised by a fingerprint; TOKEN_KEYS by opening a text


@dataclass(frozen=True)
class Taken:
    """A backup that stands."""

    folder: Path
    rows: int
    photos: int
    bytes: int


def take_backup(parent: Path, *, with_photos: bool = True) -> Taken:
    """Write a backup into a new folder of `parent`, named by the time. It has that name once it is
    whole; what is left of one that broke off ends in `.part`."""
    while (folder := _folder_of(parent, taken_at := timezone.now())).exists():
        time.sleep(0.1)  # one was taken within this second
    part = folder.with_suffix(".part")
    part.mkdir(mode=0o700, parents=True)
    with _snapshot():
        migrations = applied_migrations()
        rows = _write_rows(part / ROWS)
    photos = _write_photos(part / PHOTOS) if with_photos else 0
    manifest = {
        "format": FORMAT,
        "version": settings.VERSION,
        "taken_at": taken_at.isoformat(),
        "public_url": settings.PUBLIC_URL,
        "migrations": migrations,
        "rows": rows,
        "photos": photos if with_photos else None,
        "sha256": {path.name: digest_of(path) for path in sorted(part.iterdir())},
        "sealed": encrypt("backup"),
        "fingerprints": {name: fingerprints_of(name)[0] for name in KEYS},
    }
    with _new_file(part / MANIFEST) as out:
        out.write(json.dumps(manifest, indent=1).encode())
    part.rename(folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    return Taken(folder, sum(rows.values()), photos, size)


def _folder_of(parent: Path, taken_at: datetime) -> Path:
    return parent / taken_at.strftime("%Y%m%dT%H%M%SZ")


def delete_older_backups(parent: Path, keep: int) -> int:
    """Delete all but the newest `keep` backups, and what broke off. Return how many went."""
    names = sorted(path for path in parent.iterdir() if _taken_at(path.stem) and path.is_dir())
    whole = [path for path in names if path.suffix == ""]
    gone = [path for path in names if path not in whole[-keep:]]
    for path in gone:
        shutil.rmtree(path)
    return len(gone)


def fingerprints_of(name: str) -> list[str]:
    """By which a key and its fallbacks are recognised, and which do not tell them: they have 32 characters
    or more."""
    return [
        hmac.new(key.encode(), b"profilelink.backup", hashlib.sha256).hexdigest()[:16]
        for key in (getattr(settings, name), *getattr(settings, f"{name}_FALLBACKS"))
    ]


def digest_of(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _snapshot() -> Iterator[None]:
    """See the database as it is now, however long it takes. Not `atomic`, which on SQLite begins by
    locking out all who write."""
    is_postgresql = connection.vendor == "postgresql"
    how = " ISOLATION LEVEL REPEATABLE READ READ ONLY" if is_postgresql else ""
    with connection.cursor() as cursor:
        cursor.execute(f"BEGIN{how}")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _write_rows(path: Path) -> dict[str, int]:
    """A line for each table with its fields, then one for each row. Return the number of rows."""
    counts = {}
    with _new_file(path) as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as out:
        for model in backed_up_models():
            names = [field.attname for field in fields_of(model)]
            out.write(_line({"model": model._meta.label_lower, "fields": names}))
            counts[model._meta.label_lower] = 0
            for row in _rows_of(model, names):
                out.write(_line(row))
                counts[model._meta.label_lower] += 1
    return counts


def _rows_of(model: type[Model], names: list[str]) -> Iterator[tuple[Any, ...]]:
    """All rows, a page at a time by their keys."""
    rows = model._base_manager.order_by("pk")
    place = names.index(model._meta.pk.attname)
    page = list(rows.values_list(*names)[:PAGE])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1][place]).values_list(*names)[:PAGE])


def _line(value: object) -> bytes:
    text = json.dumps(value, default=to_json, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _write_photos(path: Path) -> int:
    root, count = Path(settings.MEDIA_ROOT), 0
    with _new_file(path) as raw, tarfile.open(fileobj=raw, mode="w") as tar:
        for file in sorted(root.rglob("*")) if root.is_dir() else []:
            try:
                if file.is_file():
                    tar.add(file, arcname=str(file.relative_to(root)), recursive=False)
                    count += 1
            except FileNotFoundError:  # deleted meanwhile
                continue
    return count


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """Only for this user to read, and on the disk when it is closed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _taken_at(name: str) -> bool:
    try:
        datetime.strptime(name, "%Y%m%dT%H%M%SZ")
    except ValueError:
        return False
    return True
