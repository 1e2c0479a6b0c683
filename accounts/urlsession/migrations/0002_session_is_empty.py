"""Marks sessions that hold nothing: they go first where an address has too many."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('urlsession', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='session',
            name='is_empty',
            field=models.BooleanField(default=False),
        ),
    ]
