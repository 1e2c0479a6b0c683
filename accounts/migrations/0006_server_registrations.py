"""Registrations that were replaced are kept for the links that were made with them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_closing")]

    operations = [
        migrations.AlterModelOptions(
            name="serverregistration",
            options={
                "permissions": [("drop_serverregistration", "Can drop server registrations")]
            },
        ),
        migrations.RemoveConstraint(
            model_name="serverregistration", name="server_registered_once"
        ),
        migrations.AddField(
            model_name="serverregistration",
            name="replaced_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="serverregistration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at", None)),
                fields=("network", "host"),
                name="server_registered_once",
            ),
        ),
        migrations.AddField(
            model_name="linkreturn",
            name="registration",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="accounts.serverregistration",
            ),
        ),
    ]
