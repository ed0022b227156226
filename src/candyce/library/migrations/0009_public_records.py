from django.db import migrations, models


def keep_what_is_public(apps, schema_editor):
    """What everybody can read already has been so since its last change."""
    Resource = apps.get_model("library", "Resource")
    Record = apps.get_model("library", "PublicRecord")
    public = Resource.objects.filter(visibility="everyone", withdrawn_at=None)
    for resource in public.only("pk", "updated_at", "discipline", "levels").iterator():
        names = [
            f"discipline:{resource.discipline}",
            *(f"level:{one}" for one in resource.levels),
        ]
        Record.objects.create(
            slug=resource.pk, changed_at=resource.updated_at, sets=f",{','.join(names)},"
        )


class Migration(migrations.Migration):
    dependencies = [("library", "0008_report_about")]

    operations = [
        migrations.CreateModel(
            name="PublicRecord",
            fields=[
                (
                    "slug",
                    models.CharField(max_length=100, primary_key=True, serialize=False),
                ),
                ("public", models.BooleanField(default=True)),
                (
                    "digest",
                    models.CharField(blank=True, help_text="of what is told of it", max_length=64),
                ),
                (
                    "sets",
                    models.TextField(blank=True, help_text=",discipline:nsi,level:premiere,"),
                ),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("changed_at", "slug"),
                "indexes": [
                    models.Index(fields=["changed_at", "slug"], name="public_record_changed")
                ],
            },
        ),
        migrations.RunPython(keep_what_is_public, migrations.RunPython.noop),
    ]
