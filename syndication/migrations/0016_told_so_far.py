"""Deliveries that ended before their ends were told: members are not mailed about them now.

In batches, each committed by itself, so that no lock is held for long on big tables.
"""

from django.db import migrations
from django.db.models import Max, Min

BATCH = 10_000  # primary keys


def mark(apps, schema_editor):
    rows = apps.get_model("syndication", "Delivery").objects.order_by()
    ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["last"] is None:
        return
    at_rest = rows.filter(is_told=False, due_at=None, sent_at=None)
    for start in range(ends["first"], ends["last"] + 1, BATCH):
        at_rest.filter(pk__gte=start, pk__lt=start + BATCH).update(is_told=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("syndication", "0015_backlog"),
    ]

    operations = [
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
