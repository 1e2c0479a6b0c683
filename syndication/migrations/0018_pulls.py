"""A row for each link and kind of pull: before, all links were looked through each minute."""

from datetime import timedelta
from urllib.parse import urlsplit

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

EVERY = {"friends": ("pulled_at", timedelta(hours=24)), "feed": ("fed_at", timedelta(minutes=15))}


def make_rows(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Due when they would have been."""
    pulls = apps.get_model("syndication", "Pull").objects
    links = apps.get_model("syndication", "Link").objects.exclude(state="ended")
    known = {key: urlsplit(of.get("api_url", "")).netloc for key, of in settings.NETWORKS.items()}
    now = timezone.now()
    rows = []
    for link in links.only("network", "host", "state", "pulled_at", "fed_at").iterator(2000):
        host = link.host or known.get(link.network, link.network)
        for kind, (column, every) in EVERY.items():
            last = getattr(link, column)
            due_at = (last + every if last else now) if link.state == "active" else None
            rows.append(pulls.model(link=link, kind=kind, host=host, due_at=due_at))
        if len(rows) >= 4000:
            pulls.bulk_create(rows)
            rows = []
    pulls.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ('syndication', '0017_untold'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pull',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('friends', 'Friends'), ('feed', 'Feed')], max_length=10)),
                ('host', models.CharField(max_length=255)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_owner', models.CharField(blank=True, max_length=36)),
                ('cursor', models.CharField(blank=True, max_length=1100)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pulls', to='syndication.link')),
            ],
            options={
                'indexes': [models.Index(fields=['due_at', 'host'], name='pull_due')],
                'constraints': [models.UniqueConstraint(fields=('link', 'kind'), name='pull_once_for_a_kind')],
            },
        ),
        migrations.RunPython(make_rows, migrations.RunPython.noop, elidable=True),
    ]
