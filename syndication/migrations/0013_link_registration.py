"""Each link names the registration that its tokens were given to."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_server_registrations"),
        ("syndication", "0012_told_texts_to_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="link",
            name="registration",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="accounts.serverregistration",
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="follows_approved",
            field=models.BooleanField(blank=True, null=True),
        ),
    ]
