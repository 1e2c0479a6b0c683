"""Times of pulled items that no server can have known: they count as written when they were pulled."""

from datetime import UTC, datetime, timedelta

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Q


def clamp(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_ahead = Q(written_at__gt=F("created_at") + timedelta(minutes=5))
    is_unknown = Q(written_at__lt=datetime(1990, 1, 1, tzinfo=UTC))
    items = apps.get_model("syndication", "FeedItem").objects.filter(is_ahead | is_unknown)
    items.update(written_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("syndication", "0009_sentences_to_codes")]

    operations = [migrations.RunPython(clamp, migrations.RunPython.noop, elidable=True)]
