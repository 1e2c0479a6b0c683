"""Fold the names that stand, in batches of their own transactions: what was done stays done when a batch
fails, and nobody waits longer than for one batch. A second run begins where the first one ended."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.models.folded_name import LONGEST
from accounts.name_folding import fold_last_word, fold_name

AT_ONCE = 1000


def fold_names(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    members = apps.get_model("accounts", "Member").objects.using(schema_editor.connection.alias)
    unfolded = members.exclude(display_name="").filter(folded_name="").order_by("pk")
    last = 0
    while batch := list(unfolded.filter(pk__gt=last).only("display_name")[:AT_ONCE]):
        for member in batch:
            member.folded_name = fold_name(member.display_name)[:LONGEST]
            member.folded_last_word = fold_last_word(member.display_name)[:LONGEST]
        members.bulk_update(batch, ["folded_name", "folded_last_word"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0015_folded_names")]

    operations = [migrations.RunPython(fold_names, migrations.RunPython.noop, elidable=True)]
