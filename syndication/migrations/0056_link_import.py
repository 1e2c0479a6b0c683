"""What is imported from a link gets the name that its functions have. Table and indexes stay."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.models.model_rename import rename_model


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0032_link_attempt"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("syndication", "0055_pulls_and_handles"),
    ]

    operations = [
        *rename_model("syndication", "Pull", "LinkImport"),
        migrations.AlterField(
            model_name="linkimport",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="imports",
                to="syndication.link",
            ),
        ),
    ]
