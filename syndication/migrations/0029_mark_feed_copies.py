"""People on networks whose ids are a server's own get that server's name before theirs, as links have
it; and what was imported before is marked where it is the copy of a post of this site."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Value
from django.db.models.functions import Concat, Length

LOCAL = ("mastodon", "misskey", "gnusocial")
LONGEST = 500


def name_servers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    links = apps.get_model("syndication", "Link").objects.filter(network__in=LOCAL)
    for link in links.exclude(host="").exclude(state="ended").iterator():
        before = f"{link.host}/"
        for model, column in (("NetworkFriend", "uid"), ("FeedItem", "author_uid")):
            rows = apps.get_model("syndication", model).objects.filter(link=link)
            short = rows.annotate(length=Length(column)).filter(length__lte=LONGEST - len(before))
            short.update(**{column: Concat(Value(before), F(column))})


def mark_copies(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    items = apps.get_model("syndication", "FeedItem").objects.filter(copy=None)
    deliveries = apps.get_model("syndication", "Delivery").objects.filter(kind="publish")
    for link in apps.get_model("syndication", "Link").objects.filter(feed__copy=None).distinct():
        of_link = dict(items.filter(link=link).values_list("remote_id", "pk"))
        same = {"link__network": link.network, "remote_id__in": of_link}
        if link.network in LOCAL:
            same["link__host"] = link.host
        found = deliveries.filter(**same).values_list("pk", "remote_id", "post__author")
        for copy, remote_id, writer in found:
            items.filter(pk=of_link[remote_id]).update(copy=copy, writer=writer)


def both(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    name_servers(apps, schema_editor)
    mark_copies(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("syndication", "0028_feed_copies")]

    operations = [migrations.RunPython(both, migrations.RunPython.noop, elidable=True)]
