"""Files that no row names: a crash left them behind, between the disk and the database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import models

from accounts.models import Member
from syndication.models import KeptPhoto, MailDraft, Post

logger = logging.getLogger(__name__)

ORPHANED_AFTER = timedelta(days=2)  # by far longer than from writing a file to naming it
BATCH = 500  # names in one question

# Every folder, and the fields that name what is in it.
FOLDERS: dict[str, tuple[tuple[type[models.Model], str], ...]] = {
    "photos": ((Post, "photo"), (Post, "photo_small")),
    "kept": ((KeptPhoto, "photo"),),
    "mailed": ((MailDraft, "photo"),),
    "pictures": ((Member, "picture"),),
}


def delete_orphaned_files(now: datetime) -> int:
    """How many files went.

    None where not one is named: then it is the database that is new, or another one, and what stands
    on the disk is somebody's.
    """
    old = {folder: list(_old_files(folder, now)) for folder in FOLDERS}
    strays = [name for folder, names in old.items() for name in _unnamed(folder, names)]
    if strays and len(strays) == sum(map(len, old.values())):
        logger.warning("%s files are named by no row at all: none was deleted", len(strays))
        return 0
    return sum(map(_is_deleted, strays))


def _is_deleted(name: str) -> bool:
    """What the disk refuses stays until tomorrow, and holds up no other."""
    try:
        default_storage.delete(name)
    except OSError:
        logger.exception("%s could not be deleted", name)
        return False
    return True


def _old_files(folder: str, now: datetime) -> Iterator[str]:
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was put there yet
        return
    for name in (f"{folder}/{each}" for each in names):
        try:
            if default_storage.get_modified_time(name) < now - ORPHANED_AFTER:
                yield name
        except FileNotFoundError:  # it went just now
            continue


def _unnamed(folder: str, names: list[str]) -> Iterator[str]:
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        named: set[str] = set()
        for model, field in FOLDERS[folder]:
            rows = model._default_manager.filter(**{f"{field}__in": some})
            named.update(rows.values_list(field, flat=True))
        yield from (name for name in some if name not in named)
