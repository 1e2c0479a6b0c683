from django.db import migrations

from syndication.models.unvalidated import BuildUniqueConstraint


class Migration(migrations.Migration):
    """The unique index that 0033 left out, for which PostgreSQL reads the table of deliveries."""

    atomic = False

    dependencies = [
        ('syndication', '0052_staff_lists'),
    ]

    operations = [
        BuildUniqueConstraint('delivery', 'delivery_of_interaction_once'),
    ]
