"""The table of notices is accounts' now. Its content type and permissions would stay by themselves."""

from django.db import migrations


def delete_content_type(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    gone = ContentType.objects.filter(app_label="syndication", model="notice")
    apps.get_model("auth", "Permission").objects.filter(content_type__in=gone).delete()
    gone.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("syndication", "0030_move_notices"),
    ]

    operations = [
        migrations.DeleteModel(name="Notice"),
        migrations.RunPython(delete_content_type, migrations.RunPython.noop),
    ]
