"""The store of live documents: an append-only log of Yjs updates, compacted into a snapshot."""

from __future__ import annotations

from django.db import models


class LiveDocument(models.Model):
    """One notebook of a project as a Yjs document.

    ``snapshot`` merges the updates up to ``snapshot_seq``; ``materialised_seq`` is the update up to
    which the project's tree holds the notebook as ``.ipynb``.
    """

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="live_documents"
    )
    path = models.CharField(max_length=1000)
    snapshot = models.BinaryField(default=bytes)
    snapshot_seq = models.PositiveBigIntegerField(default=0)
    last_seq = models.PositiveBigIntegerField(default=0)
    materialised_seq = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("project", "path"), name="document_once"),)

    def __str__(self) -> str:
        return f"{self.path} of {self.project_id}"


class DocumentUpdate(models.Model):
    """One committed Yjs update; ``seq`` orders the updates of a document from 1 up, without gaps."""

    document = models.ForeignKey(LiveDocument, on_delete=models.CASCADE, related_name="updates")
    seq = models.PositiveBigIntegerField()
    data = models.BinaryField()
    author_id = models.UUIDField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("seq",)
        constraints = (models.UniqueConstraint(fields=("document", "seq"), name="update_once"),)

    def __str__(self) -> str:
        return f"{self.seq} of {self.document_id}"
