from django.db import migrations

from syndication.models.unvalidated import ValidateConstraints


class Migration(migrations.Migration):
    """What 0033 added to the table of deliveries, which may be large."""

    atomic = False

    dependencies = [
        ('syndication', '0048_who_boosted'),
    ]

    operations = [
        ValidateConstraints('delivery'),
    ]
