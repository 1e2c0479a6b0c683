"""Until now a server had one registration, so it is the one of every link there."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_registrations(apps, schema_editor):
    link = apps.get_model("syndication", "Link")
    registration = apps.get_model("accounts", "ServerRegistration")
    there = registration.objects.filter(network=OuterRef("network"), host=OuterRef("host"))
    link.objects.exclude(host="").update(registration_id=Subquery(there.values("pk")[:1]))


class Migration(migrations.Migration):
    dependencies = [("syndication", "0013_link_registration")]

    operations = [migrations.RunPython(name_registrations, migrations.RunPython.noop)]
