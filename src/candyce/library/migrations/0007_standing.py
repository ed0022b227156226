import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0006_trust")]

    operations = [
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "resource",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="library.resource",
                    ),
                ),
                (
                    "people",
                    models.PositiveIntegerField(
                        default=0, help_text="teachers who used it; 0 when fewer than three"
                    ),
                ),
                (
                    "score",
                    models.FloatField(
                        db_index=True, default=0, help_text="0 to 1, opinions included"
                    ),
                ),
                (
                    "neighbours",
                    models.JSONField(
                        default=list,
                        help_text="[slug, together, alike, people, of whom later], best first",
                    ),
                ),
            ],
        ),
    ]
