"""The store of live documents: an append-only log of Yjs updates, compacted into a snapshot.

Beside it, what is said about their cells.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


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


class HistoryChunk(models.Model):
    """What a compaction took out of the log: the updates ``first_seq`` to ``last_seq``, compressed.

    ``base`` is the state before ``first_seq``; it is empty where the chunk before this one leads there,
    and where nothing was before. ``chain`` counts the bytes of updates (uncompressed) from the last base up
    to the end of this chunk. ``marks`` are the runs of work of ``history.marks``.
    """

    document = models.ForeignKey(LiveDocument, on_delete=models.CASCADE, related_name="chunks")
    first_seq = models.PositiveBigIntegerField()
    last_seq = models.PositiveBigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    base = models.BinaryField(default=bytes)
    updates = models.BinaryField()
    marks = models.JSONField(default=list)
    chain = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()  # bytes of base and updates as they are stored

    class Meta:
        ordering = ("first_seq",)
        constraints = (
            models.UniqueConstraint(fields=("document", "first_seq"), name="chunk_once"),
        )

    def __str__(self) -> str:
        return f"{self.first_seq}-{self.last_seq} of {self.document_id}"


class KeptState(models.Model):
    """The whole content of a document at one moment: a named one, or what thinning left of a day.

    ``content`` is the compressed file. ``people`` says who worked in what was thinned away:
    ``[[person's id or null, edits]]``.
    """

    class Kind(models.TextChoices):
        NAMED = "named", _("Named")
        DAY = "day", _("End of a day")

    document = models.ForeignKey(LiveDocument, on_delete=models.CASCADE, related_name="kept")
    kind = models.CharField(max_length=8, choices=Kind)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()  # of the last update in it
    content = models.BinaryField()
    size = models.PositiveBigIntegerField()  # bytes of ``content``
    people = models.JSONField(default=list)
    name = models.CharField(_("name"), max_length=80, blank=True)
    user = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("seq", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("document", "seq"), condition=models.Q(kind="day"), name="day_once"
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.seq} of {self.document_id}"


class CommentThread(models.Model):
    """What was said about one cell of a notebook, or about a passage of its text.

    These rows are the truth; what everybody in the notebook may read of them is also written into the live
    document (``comments.shared``). ``anchor`` is the passage (``comments.anchors``), null for the whole
    cell; ``quote`` is its text when the thread was begun. ``hidden``: only for who leads in the copy.
    Where the notebook was taken away there is no document (``comments.kept``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(
        LiveDocument, null=True, on_delete=models.CASCADE, related_name="threads"
    )
    kept_in = models.ForeignKey(
        "projects.Project", null=True, on_delete=models.CASCADE, related_name="+"
    )
    kept_at = models.CharField(max_length=1000, blank=True)
    cell = models.CharField(max_length=64)
    anchor = models.JSONField(null=True)
    quote = models.CharField(max_length=400, blank=True)
    hidden = models.BooleanField(default=False)
    hidden_at_first = models.BooleanField(
        null=True
    )  # as was chosen; null where there was no choice
    created_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.cell} of {self.document_id}"


class CommentMessage(models.Model):
    """One message of a thread. One with answers below it that was deleted stays, empty."""

    class Role(models.TextChoices):
        TEACHER = "teacher", _("Teacher")
        PUPIL = "pupil", _("Pupil")
        MEMBER = "member", _("Member")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(CommentThread, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    role = models.CharField(max_length=8, choices=Role)  # in the project, when it was written
    text = models.CharField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    deleted = models.BooleanField(default=False)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:40]
