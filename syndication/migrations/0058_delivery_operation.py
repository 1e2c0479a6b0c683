"""What a delivery does is its operation; its kind was taken for that of the post. Columns, indexes and
constraints stay as they are in the database."""

from django.db import migrations, models
from django.db.models import Q

OPERATIONS = [("publish", "publish"), ("edit", "edit"), ("delete", "delete")]
# Conditions name fields, and a renamed field does not rename itself in them.
CONSTRAINTS = [
    models.UniqueConstraint(
        fields=["post", "link", "operation", "sequence"], name="delivery_once"
    ),
    models.UniqueConstraint(
        condition=Q(interaction__isnull=False),
        fields=["interaction", "link", "operation", "sequence"],
        name="delivery_of_interaction_once",
    ),
    models.UniqueConstraint(
        condition=Q(operation="publish") & ~Q(remote_id=""),
        fields=["link", "remote_id"],
        name="delivery_remote_id_belongs_to_one",
    ),
    models.CheckConstraint(
        condition=Q(operation__in=["publish", "edit", "delete"]), name="delivery_kind_is_known"
    ),
    models.CheckConstraint(
        condition=~Q(operation="edit") | Q(sequence__gt=1),
        name="delivery_edit_comes_after_its_copy",
    ),
    models.CheckConstraint(
        condition=Q(remote_deleted_at=None) | Q(operation="publish", state="sent"),
        name="delivery_gone_is_a_copy_that_was_there",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("syndication", "0057_network_message")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                *(migrations.RemoveConstraint("delivery", each.name) for each in CONSTRAINTS),
                migrations.RenameField("delivery", "kind", "operation"),
                migrations.AlterField(
                    "delivery",
                    "operation",
                    models.CharField(choices=OPERATIONS, db_column="kind", max_length=10),
                ),
                *(migrations.AddConstraint("delivery", each) for each in CONSTRAINTS),
            ]
        ),
    ]
