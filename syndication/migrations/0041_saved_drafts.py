"""Drafts that members keep join those that came by mail. Those that are there came by mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.models.public_text import PublicCharField

KINDS = [("status", "Status"), ("note", "Note"), ("photo", "Photo"), ("link", "Link")]


def blank(longest: int) -> PublicCharField:
    return PublicCharField(blank=True, default="", max_length=longest)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("syndication", "0040_deleted_posts_of_author"),
    ]

    operations = [
        migrations.RenameModel(old_name="MailDraft", new_name="SavedDraft"),
        migrations.AlterField(
            model_name="saveddraft",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drafts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="saveddraft", name="is_mailed", field=models.BooleanField(default=True)
        ),
        migrations.AlterField(
            model_name="saveddraft", name="is_mailed", field=models.BooleanField(default=False)
        ),
        migrations.AddField(
            model_name="saveddraft",
            name="kept_kind",
            field=models.CharField(blank=True, choices=KINDS, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="saveddraft",
            name="url",
            field=models.CharField(blank=True, default="", max_length=1000),
            preserve_default=False,
        ),
        migrations.AddField("saveddraft", "photo_alt", blank(400), preserve_default=False),
        migrations.AddField("saveddraft", "warning", blank(100), preserve_default=False),
        migrations.AddField(
            model_name="saveddraft",
            name="language",
            field=models.CharField(blank=True, default="", max_length=35),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="saveddraft",
            name="audience",
            field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="saveddraft",
            name="without_links",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="saveddraft",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="keptphoto",
            name="draft",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="photos",
                to="syndication.saveddraft",
            ),
        ),
    ]
