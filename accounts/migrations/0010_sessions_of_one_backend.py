"""Sessions that were opened by Django's authentication backend go on under allauth's, the only one left.

A session names its backend, and one that is not in the settings ends: every member would be logged out,
and lose what they were typing.
"""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.db import migrations
from django.utils import timezone

OLD = "django.contrib.auth.backends.ModelBackend"
NEW = "allauth.account.auth_backends.AuthenticationBackend"


def rename_backend(apps: Any, schema_editor: Any) -> None:
    sessions = apps.get_model("urlsession", "Session").objects
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    live = sessions.filter(expire_date__gt=timezone.now()).values_list("pk", "session_data")
    for key, stored in live.iterator():
        data = store.decode(stored)
        if data.get(BACKEND_SESSION_KEY) == OLD:
            changed = store.encode({**data, BACKEND_SESSION_KEY: NEW})
            sessions.filter(pk=key, session_data=stored).update(session_data=changed)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_answers_by_mail"),
        ("urlsession", "0002_session_is_empty"),
    ]

    operations = [migrations.RunPython(rename_backend, migrations.RunPython.noop)]
