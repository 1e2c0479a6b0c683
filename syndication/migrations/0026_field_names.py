"""Fields get the names of the field of work; columns and indexes stay, so no table is touched."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("syndication", "0025_comments_and_likes"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                # Conditions name fields, and a renamed field does not rename itself in them.
                migrations.RemoveIndex("delivery", "delivery_untold"),
                migrations.RemoveConstraint("delivery", "delivery_gone_is_a_copy_that_was_there"),
                migrations.RenameField("delivery", "gone_at", "remote_deleted_at"),
                migrations.AlterField(
                    "delivery",
                    "remote_deleted_at",
                    models.DateTimeField(blank=True, db_column="gone_at", null=True),
                ),
                migrations.RenameField("delivery", "is_by_hand", "is_manual"),
                migrations.AlterField(
                    "delivery",
                    "is_manual",
                    models.BooleanField(db_column="is_by_hand", default=False),
                ),
                migrations.RenameField("delivery", "is_told", "is_notified"),
                migrations.AlterField(
                    "delivery",
                    "is_notified",
                    models.BooleanField(db_column="is_told", default=False),
                ),
                migrations.AddIndex(
                    "delivery",
                    models.Index(
                        condition=models.Q(is_notified=False, due_at=None, sent_at=None),
                        fields=["id"],
                        name="delivery_untold",
                    ),
                ),
                migrations.AddConstraint(
                    "delivery",
                    models.CheckConstraint(
                        condition=models.Q(remote_deleted_at=None)
                        | models.Q(kind="publish", state="sent"),
                        name="delivery_gone_is_a_copy_that_was_there",
                    ),
                ),
                migrations.RenameField("maildraft", "is_told", "is_notified"),
                migrations.AlterField(
                    "maildraft",
                    "is_notified",
                    models.BooleanField(db_column="is_told", default=False),
                ),
            ],
        ),
    ]
