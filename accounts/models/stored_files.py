"""Deletion of stored files with their rows, after the transaction commits."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.dispatch import Signal, receiver

# Sent in the transaction that deletes. Argument: `file`, of a row that still has its key.
file_deleted = Signal()


def delete_file_on_commit(file: FieldFile) -> None:
    """Once the transaction stands. Its name is taken now: the row may be given another.

    What the disk refuses then, the sweeper tries again (syndication.worker.orphaned_files).
    """
    if file:
        file_deleted.send(type(file.instance), file=file)
        storage, name = file.storage, str(file.name)
        transaction.on_commit(lambda: storage.delete(name), robust=True)


@receiver(post_delete, sender=settings.AUTH_USER_MODEL, dispatch_uid="accounts.stored_files")
def delete_files_of_row(instance: models.Model, **_: Any) -> None:
    """Whoever deletes a row (its member, staff, the rows it hangs on): its files go."""
    for field in instance._meta.get_fields():
        if isinstance(field, models.FileField):
            delete_file_on_commit(getattr(instance, field.name))
