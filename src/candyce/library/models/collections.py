"""Resources kept together by someone."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

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
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title


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
