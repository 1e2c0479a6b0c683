from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_servers")]

    operations = [
        migrations.AddField("member", "is_language_chosen", models.BooleanField(default=False)),
    ]
