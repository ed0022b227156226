"""Projects, their working tree, immutable versions, and the blobs that both point at.

A *tree* is ``{path: [sha256, size in bytes, modified (epoch seconds)]}``: paths are relative, POSIX,
NFC-normalised and free of ``..``. An empty folder is kept as ``"folder/": ["", 0, modified]``.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from candyce.projects.paths import find_main


class Blob(models.Model):
    """A file's content, stored once under its SHA-256 in ``settings.BLOBS_DIR``."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256


class Project(models.Model):
    """A tree of files with members. A pupil's copy and a library resource are projects too.

    ``held_at``: since when only those who manage the project, and the person with the ``pen``, may write.
    ``outputs``: whose runs are kept in the live notebooks, everybody's or the owner's.
    """

    class Kind(models.TextChoices):
        PROJECT = "project", _("Project")
        COPY = "copy", _("Copy")
        RESOURCE = "resource", _("Resource")

    class Outputs(models.TextChoices):
        SHARED = "shared", _("Everybody's results are shared")
        OWNER = "owner", _("Results stay with the person who ran")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.PROJECT)
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="owned_projects"
    )
    tree = models.JSONField(default=dict)
    forked_from = models.ForeignKey(
        "Version", null=True, blank=True, on_delete=models.SET_NULL, related_name="forks"
    )
    held_at = models.DateTimeField(null=True, blank=True)
    pen = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    outputs = models.CharField(max_length=8, choices=Outputs, default=Outputs.SHARED)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-updated_at",)

    def __str__(self) -> str:
        return self.title

    @property
    def main_path(self) -> str | None:
        """The file to open first: the first notebook of the top folder, else any notebook."""
        return find_main(self.tree)

    @property
    def size(self) -> int:
        """Bytes used by the working tree (each file counted once per path)."""
        return sum(entry[1] for entry in self.tree.values())


class Version(models.Model):
    """An immutable tree of a project at a moment. Hand-ins, resources and marks point at versions."""

    class Reason(models.TextChoices):
        GIVEN = "given", _("Given to a class")
        HANDED_IN = "handed_in", _("Handed in")
        PUBLISHED = "published", _("Published")
        RETURNED = "returned", _("Returned")
        DUPLICATED = "duplicated", _("Duplicated")
        NAMED = "named", _("Named")
        RELEASED = "released", _("The pupils' version")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="versions")
    tree = models.JSONField()
    reason = models.CharField(max_length=16, choices=Reason)
    author = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"


class Member(models.Model):
    """A person's rights in a project, beyond the owner's (who has all)."""

    class Right(models.TextChoices):
        READ = "read", _("Read")
        COMMENT = "comment", _("Comment")
        WRITE = "write", _("Write")
        SUBMIT = "submit", _("Hand in")
        MANAGE = "manage", _("Manage")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="memberships")
    rights = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("project", "user"), name="member_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id}"


class Reconnection(models.Model):
    """A person who signed in again let an editor page of theirs go on with a project.

    ``chain`` is the first-issued moment of the page's tokens (epoch seconds): no other page gains by it.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    chain = models.FloatField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id}"
