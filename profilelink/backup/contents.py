"""What a backup holds: which tables, and a value as JSON and back.

Rows are written as the models have them, not as the database does, so that what was taken from SQLite
can be restored into PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, Model

# Left out: what lasts minutes or hours, and would let somebody in again who was shown out since (sessions,
# codes), what the worker finds out anew, and the queue of wake-ups.
LEFT_OUT = frozenset(
    {
        "accounts.devicelogin",
        "accounts.guesscount",
        "accounts.linkattempt",
        "accounts.phonelogin",
        "accounts.phoneopener",
        "sessions.session",
        "syndication.allowance",
        "syndication.heartbeat",
        "syndication.hosthealth",
        "syndication.importpause",
        "syndication.loggeddeletion",
        "urlsession.outticket",
        "urlsession.session",
        "usersessions.usersession",
    }
)
LEFT_OUT_APPS = frozenset({"django_q"})


def backed_up_models() -> list[type[Model]]:
    """All models with a table of their own, in the order of their labels."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.label_lower not in LEFT_OUT
        and model._meta.app_label not in LEFT_OUT_APPS
    ]
    return sorted(models, key=lambda model: model._meta.label_lower)


def fields_of(model: type[Model]) -> list[Field[Any, Any]]:
    return list(model._meta.concrete_fields)


def applied_migrations() -> list[str]:
    """`app.name` of every migration that this database has."""
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


def to_json(value: object) -> str:
    """What json.dumps does not know: times, to the microsecond."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def to_columns(fields: Sequence[Field[Any, Any]], row: Sequence[Any]) -> list[Any]:
    """The values of a line as this database stores them."""
    return [
        field.get_db_prep_save(field.to_python(value), connection)
        for field, value in zip(fields, row, strict=True)
    ]
