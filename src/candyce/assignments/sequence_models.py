"""Sequences that were given whole. ``models`` has it too, like the room's other models."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class GivenSequence(models.Model):
    """A sequence given whole to classes: its steps are assignments."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    # Of the form that gave it: sent twice, it gives once.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    collection = models.ForeignKey(
        "library.Collection", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(_("title"), max_length=200)
    size = models.PositiveSmallIntegerField(help_text="number of steps that were given")
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("author", "key"), name="sequence_once"),)

    def __str__(self) -> str:
        return self.title
