"""An attempt to link gets the name that the code says everywhere else. Its table stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.models.model_rename import rename_model


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_rows_that_wait"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        *rename_model("accounts", "LinkReturn", "LinkAttempt"),
        migrations.AlterField(
            model_name="linkattempt",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="link_attempts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
