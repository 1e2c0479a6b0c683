"""What a network said is its message, as in the errors of connectors. The columns keep their names."""

from django.db import migrations

from accounts.models.public_text import PublicCharField


def renamed(model: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.RenameField(model, "network_words", "network_message"),
        migrations.AlterField(
            model,
            "network_message",
            PublicCharField(blank=True, db_column="network_words", max_length=160),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("syndication", "0056_link_import")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[*renamed("delivery"), *renamed("attempt")]
        ),
    ]
