"""Editions that there are take the readers of their resource as it is."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    resources = apps.get_model("library", "Resource").objects.filter(pk=OuterRef("resource"))
    apps.get_model("library", "Edition").objects.update(
        visibility=Subquery(resources.values("visibility")[:1]),
        establishment=Subquery(resources.values("establishment")[:1]),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0012_edition_readers"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
