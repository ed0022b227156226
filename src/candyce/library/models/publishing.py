"""What stands between a project and its publication: the form being filled, and people asked to sign with one."""

from __future__ import annotations

import uuid

from django.db import models

from candyce.library.models.resource import Resource


class Draft(models.Model):
    """A person's publication of a project before it is made: nothing typed is lost.

    ``values`` is what stands in the form, as typed. ``tree`` is what was tried last and ``trial`` what came of
    it: ``{"state": "queued|running|done", "at": ISO, "token", "result", "path", "cell", "message", "kernel",
    "links"}``; ``token`` is another for each trial that is planned.
    ``credits``: whose changes were taken in, ``{"slug": of the adaptation, "names": […]}``; these names stand with the
    authors', whatever the form says.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    values = models.JSONField(default=dict)
    credits = models.JSONField(default=list)
    tree = models.JSONField(default=dict)
    trial = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-updated_at",)
        constraints = (models.UniqueConstraint(fields=("project", "user"), name="draft_once"),)

    def __str__(self) -> str:
        return f"{self.project_id} by {self.user_id}"


class Invitation(models.Model):
    """A colleague asked to be co-author: their name stands nowhere until they accept."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="invitations")
    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="library_invitations"
    )
    invited_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (models.UniqueConstraint(fields=("resource", "user"), name="invited_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} to {self.resource_id}"
