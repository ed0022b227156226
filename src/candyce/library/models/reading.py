"""What readers search, do and decide; and what the search index still has to read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from candyce.library.models.resource import Resource


class SavedSearch(models.Model):
    """A search with a name. ``feed`` is the secret of its Atom feed: readers of feeds do not sign in."""

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=2000, help_text="as in the address of the search page")
    feed = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("user", "name"), name="saved_search_name_once"),
        )

    def __str__(self) -> str:
        return self.name


class SearchChange(models.Model):
    """A resource whose entry in the search index is to be made again; every node reads on from its last.

    Written in the transaction that changes the resource, so that an index is never ahead of the database.
    """

    resource_id = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.resource_id


class Use(models.Model):
    """What a teacher did with a resource: the ground of recommendations. Never a pupil's."""

    class Verb(models.TextChoices):
        OPENED = "opened", _("Opened")
        ADAPTED = "adapted", _("Adapted")
        KEPT = "kept", _("Kept")
        GIVEN = "given", _("Given")

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="uses")
    verb = models.CharField(max_length=16, choices=Verb)
    count = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "resource", "verb"), name="use_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.verb} {self.resource_id}"


class Reader(models.Model):
    """What a person decided about the library: no row means the defaults."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="reader")
    recommendations = models.BooleanField(default=True)
    disciplines = models.JSONField(default=list)
    levels = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.user_id)


class Standing(models.Model):
    """What all teachers' uses together say of a resource, counted at night: nothing of any one person."""

    resource = models.OneToOneField(
        Resource, primary_key=True, on_delete=models.CASCADE, related_name="standing"
    )
    people = models.PositiveIntegerField(
        default=0, help_text="teachers who used it; 0 when fewer than three"
    )
    score = models.FloatField(default=0, db_index=True, help_text="0 to 1, opinions included")
    neighbours = models.JSONField(
        default=list, help_text="[slug, together, alike, people, of whom later], best first"
    )

    def __str__(self) -> str:
        return f"{self.resource_id} {self.score:.2f}"


class PublicRecord(models.Model):
    """When what everybody may read of a resource last changed, and whether they still may.

    It outlives the resource: who harvested it is told that it is gone.
    """

    slug = models.CharField(primary_key=True, max_length=100)
    public = models.BooleanField(default=True)
    digest = models.CharField(max_length=64, blank=True, help_text="of what is told of it")
    sets = models.TextField(blank=True, help_text=",discipline:nsi,level:premiere,")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("changed_at", "slug")
        indexes = (models.Index(fields=("changed_at", "slug"), name="public_record_changed"),)

    def __str__(self) -> str:
        return self.slug
