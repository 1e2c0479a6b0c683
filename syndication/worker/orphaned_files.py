"""Orphaned files: delete stored files that no row names, left by a crash between disk and database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import models

from accounts.models import Member
from syndication.models import KeptPhoto, Post, PostPhoto, ReportPhoto, SavedDraft

logger = logging.getLogger(__name__)

ORPHANED_AFTER = timedelta(days=2)  # far longer than between writing a file and its row
BATCH = 500  # names in one query

# Every folder, and the fields that name its files.
FOLDERS: dict[str, tuple[tuple[type[models.Model], str], ...]] = {
    "photos": (
        *((Post, "photo"), (Post, "photo_small")),
        *((PostPhoto, "photo"), (PostPhoto, "photo_small")),
    ),
    "kept": ((KeptPhoto, "photo"),),
    "mailed": ((SavedDraft, "photo"),),
    "reports": ((ReportPhoto, "photo"),),
    "pictures": ((Member, "picture"), (Member, "picture_before")),
}


def delete_orphaned_files(now: datetime) -> int:
    """Delete orphaned files. Return how many were deleted.

    Nothing is deleted if no file at all is named: then the database is new or another one.
    """
    old = {folder: list(_old_files(folder, now)) for folder in FOLDERS}
    orphans = [name for folder, names in old.items() for name in _unnamed(folder, names)]
    if orphans and len(orphans) == sum(map(len, old.values())):
        logger.warning("%s files are named by no row at all: none was deleted", len(orphans))
        return 0
    return sum(map(_is_deleted, orphans))


def _is_deleted(name: str) -> bool:
    """Delete one file. A failure is logged and retried tomorrow."""
    try:
        default_storage.delete(name)
    except OSError:
        logger.exception("%s could not be deleted", name)
        return False
    return True


def _old_files(folder: str, now: datetime) -> Iterator[str]:
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # not created yet
        return
    for name in (f"{folder}/{each}" for each in names):
        try:
            if default_storage.get_modified_time(name) < now - ORPHANED_AFTER:
                yield name
        except FileNotFoundError:  # deleted meanwhile
            continue


def _unnamed(folder: str, names: list[str]) -> Iterator[str]:
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        named: set[str] = set()
        for model, field in FOLDERS[folder]:
            rows = model._default_manager.filter(**{f"{field}__in": some})
            named.update(rows.values_list(field, flat=True))
        yield from (name for name in some if name not in named)
