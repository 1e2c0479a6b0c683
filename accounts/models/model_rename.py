"""Rename a model in a migration, with its content type and permissions; its table keeps its name."""

from __future__ import annotations

from typing import Any

from django.db.migrations import AlterModelTable, RenameModel, RunPython
from django.db.migrations.operations.base import Operation


def rename_model(app_label: str, old: str, new: str) -> list[Operation]:
    """The operations that rename `old` to `new`. No table is touched, so the code before it goes on running.

    Django itself renames the content type, but leaves permissions under the old name. The migration
    depends on auth and contenttypes.
    """
    table = f"{app_label}_{old.lower()}"

    def forwards(apps: Any, schema_editor: Any) -> None:
        _rename_permissions(apps, app_label, old.lower(), new.lower())

    def backwards(apps: Any, schema_editor: Any) -> None:
        _rename_permissions(apps, app_label, new.lower(), old.lower())

    return [
        AlterModelTable(old, table),
        RenameModel(old, new),
        RunPython(forwards, backwards),
    ]


def _rename_permissions(apps: Any, app_label: str, old: str, new: str) -> None:
    """Rename by code, whatever the content type is called: it has its new name after this on the way back."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label=app_label, codename__endswith=f"_{old}"
    )
    for permission in permissions:
        verb = permission.codename.removesuffix(f"_{old}")
        permission.codename, permission.name = f"{verb}_{new}", f"Can {verb} {new}"
        permission.save()
