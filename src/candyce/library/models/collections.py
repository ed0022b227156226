"""Resources kept together by someone."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from candyce.library.models.resource import Resource


class Collection(models.Model):
    """Resources that a person keeps together; a sequence has an order that means something."""

    class Kind(models.TextChoices):
        COLLECTION = "collection", _("Collection")
        SEQUENCE = "sequence", _("Sequence")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(
        max_length=100, null=True, blank=True, unique=True, help_text="of those that ship"
    )
    owner = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.CASCADE, related_name="collections"
    )
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.COLLECTION)
    visibility = models.CharField(
        max_length=16, choices=Resource.Visibility, default=Resource.Visibility.ME
    )
    establishment = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    discipline = models.CharField(max_length=32, blank=True, choices=Resource.Discipline)
    levels = models.JSONField(default=list)
    # Where one click puts a resource; a person has one at most, and nobody else sees it.
    kept = models.BooleanField(default=False)
    # The collection of which this one began as a copy.
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )
    search_text = models.TextField(blank=True, help_text="folded: lower case, no accents")
    content_hash = models.CharField(max_length=64, blank=True, help_text="of those that ship")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("title",)
        constraints = (
            models.UniqueConstraint(
                fields=("owner",), condition=models.Q(kept=True), name="kept_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kept=False)
                | models.Q(owner__isnull=False, visibility=Resource.Visibility.ME),
                name="kept_is_private",
            ),
        )

    def __str__(self) -> str:
        return pgettext("collection", "Kept") if self.kept else self.title

    @property
    def key(self) -> str:
        """What names it in addresses."""
        return self.slug or str(self.pk)

    @property
    def is_sequence(self) -> bool:
        return self.kind == self.Kind.SEQUENCE


class CollectionItem(models.Model):
    """A resource in a collection, with the collector's note."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("collection", "resource"), name="collected_once"),
        )

    def __str__(self) -> str:
        return f"{self.position} {self.resource_id}"
