"""The update log: open, load, append, compact. Synchronous; callers choose the thread.

A document's updates are numbered from 1 without gaps. The number is given by the row of the document
inside the writing transaction, so any process may append and all agree on the order.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from candyce.collab import limits
from candyce.collab.history.chunks import make_chunks
from candyce.collab.history.packing import LoggedUpdate, to_updates
from candyce.collab.kinds import Kind, kind_of, make_seed
from candyce.collab.models import DocumentUpdate, HistoryChunk, LiveDocument
from candyce.lib.errors import NotFound, TooLarge
from candyce.projects.blobs import read_blob
from candyce.projects.kinds import NotText
from candyce.projects.models import Project


@dataclass(slots=True, frozen=True)
class Content:
    """All of a document up to update ``seq``: apply ``updates`` in order."""

    updates: list[bytes]
    seq: int
    snapshot_seq: int

    @property
    def size(self) -> int:
        return sum(len(update) for update in self.updates)


@dataclass(slots=True, frozen=True)
class Entry:
    """An update to append."""

    data: bytes
    author_id: uuid.UUID | None


@lru_cache(maxsize=16)
def _get_seed(sha256: str, kind: Kind) -> bytes:
    # Thirty-five copies of one lesson begin with the same update.
    return make_seed(read_blob(sha256), kind, limit=settings.FILE_LIMIT)


def open_document(project_id: uuid.UUID, path: str) -> LiveDocument:
    """The live document of a notebook or text, made from its file the first time, once and for all.

    Raises :class:`NotFound` where the project has no such file, ``InvalidNotebook``, ``NotText`` or
    ``TooLarge`` where the file cannot be opened live.
    """
    kind = kind_of(path)
    if "\0" in path:  # PostgreSQL does not even look for it
        raise NotFound
    document = _find(project_id, path)
    while document is None:
        tree = Project.objects.filter(pk=project_id, deleted_at=None).values_list("tree", flat=True)
        entry = (tree.first() or {}).get(path)
        if entry is None or path.endswith("/"):
            raise NotFound
        if kind is None:
            raise NotText
        if entry[1] > (limits.TEXT if kind is Kind.TEXT else settings.FILE_LIMIT):
            raise TooLarge
        document = _create(project_id, path, entry[0], _get_seed(entry[0], kind))
    return document


def has_file(project_id: uuid.UUID, path: str) -> bool:
    """Whether the project's tree holds this file."""
    tree = Project.objects.filter(pk=project_id, deleted_at=None).values_list("tree", flat=True)
    return path in (tree.first() or {})


def _find(project_id: uuid.UUID, path: str) -> LiveDocument | None:
    found = LiveDocument.objects.filter(project_id=project_id, path=path, project__deleted_at=None)
    return found.defer("snapshot").first()


def _create(project_id: uuid.UUID, path: str, sha256: str, seed: bytes) -> LiveDocument | None:
    """Create the document and its first update; None if the file changed in the meantime."""
    from candyce.collab.comments import kept  # which writes through this module

    with transaction.atomic():
        # The project's row is the lock: of two first openers one creates, the other finds.
        project = Project.objects.select_for_update().filter(pk=project_id, deleted_at=None).first()
        if project is None:
            raise NotFound
        document = _find(project_id, path)
        if document is not None:
            return document
        if project.tree.get(path, [None])[0] != sha256:
            return None
        document = LiveDocument.objects.create(
            project_id=project_id, path=path, last_seq=1, materialised_seq=1
        )
        DocumentUpdate.objects.create(document=document, seq=1, data=seed)
        if kept.find_again(document):
            document.refresh_from_db(fields=["last_seq"])
        return document


def load(document_id: int) -> Content | None:
    """Everything stored of a document; None if it is gone."""
    while True:
        fields = ("snapshot", "snapshot_seq", "last_seq")
        row = LiveDocument.objects.filter(pk=document_id).values_list(*fields).first()
        if row is None:
            return None
        snapshot, snapshot_seq, last_seq = row
        updates = _read_tail(document_id, snapshot_seq)
        if snapshot_seq + len(updates) >= last_seq:
            first = [bytes(snapshot)] if snapshot else []
            return Content([*first, *updates], snapshot_seq + len(updates), snapshot_seq)


def load_since(document_id: int, seq: int) -> list[bytes] | None:
    """The updates after ``seq``; None where the log no longer has them, or the document is gone."""
    fields = ("snapshot_seq", "last_seq")
    row = LiveDocument.objects.filter(pk=document_id).values_list(*fields).first()
    if row is None or row[0] > seq:
        return None
    updates = _read_tail(document_id, seq)
    return updates if seq + len(updates) >= row[1] else None


def _read_tail(document_id: int, seq: int) -> list[bytes]:
    """The updates after ``seq``, none if they do not follow it.

    The row and its tail are two questions, and another process may compact in between; a transaction
    alone would not help, for PostgreSQL answers each question as of its own moment.
    """
    tail = DocumentUpdate.objects.filter(document_id=document_id, seq__gt=seq).order_by("seq")
    rows = list(tail.values_list("seq", "data"))
    if rows and rows[0][0] != seq + 1:
        return []
    return [bytes(data) for _seq, data in rows]


def get_last_seqs(document_ids: Sequence[int]) -> dict[int, int]:
    """``{document: last update}``; a document that is gone is not in it."""
    rows = LiveDocument.objects.filter(pk__in=document_ids)
    return dict(rows.values_list("pk", "last_seq"))


def append(batch: dict[int, list[Entry]]) -> dict[int, int]:
    """Store the updates of many documents in one transaction, on the disk when this returns.

    Gives ``{document: number of its last update}``, in the order given; a document that is gone is left
    out.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        return _append(cursor, batch)


_ADVANCE = (
    "UPDATE collab_livedocument SET last_seq = last_seq + %s, updated_at = %s"
    " WHERE id = %s RETURNING last_seq"
)
_INSERT = (
    "INSERT INTO collab_documentupdate (document_id, seq, data, author_id, at)"
    " VALUES (%s, %s, %s, %s, %s)"
)


def _append(cursor, batch: dict[int, list[Entry]]) -> dict[int, int]:  # type: ignore[no-untyped-def]
    now = timezone.now()
    fields = {one.name: one for one in DocumentUpdate._meta.fields}  # noqa: SLF001 Django's documented model API
    at = fields["at"].get_db_prep_value(now, connection)
    last: dict[int, int] = {}
    rows = []
    for document_id in sorted(
        batch
    ):  # always in one order, or two writers could wait for each other
        entries = batch[document_id]
        cursor.execute(_ADVANCE, (len(entries), at, document_id))
        row = cursor.fetchone()
        if row is None:
            continue
        last[document_id] = row[0]
        for number, entry in enumerate(entries, row[0] - len(entries) + 1):
            author = fields["author_id"].get_db_prep_value(entry.author_id, connection)
            rows.append((document_id, number, entry.data, author, at))
    if rows:
        cursor.executemany(_INSERT, rows)
    return last


def compact(document_id: int, least: int = 1) -> int:
    """Merge the log into the snapshot and archive it as history; gives the updates merged.

    Nothing happens below ``least`` updates. The work is done beside the log, which goes on growing; one
    short transaction then swaps all of it, or nothing when another process was faster. Text that was
    deleted is forgotten by the snapshot, which is what bounds its size; the history still has it.
    """
    found = _read_log(document_id)
    if found is None or len(found[1]) < max(least, 1):
        return 0
    document, log = found
    archive = make_chunks(document, bytes(document.snapshot), log)
    last = log[-1].seq
    with transaction.atomic():
        now = LiveDocument.objects.select_for_update().filter(pk=document_id)
        if now.values_list("snapshot_seq", flat=True).first() != document.snapshot_seq:
            return 0
        HistoryChunk.objects.bulk_create(archive.chunks)
        now.update(snapshot=archive.doc.get_update(), snapshot_seq=last)
        merged, _by_model = DocumentUpdate.objects.filter(
            document_id=document_id, seq__lte=last
        ).delete()
    return merged


def _read_log(document_id: int) -> tuple[LiveDocument, list[LoggedUpdate]] | None:
    """The document with its snapshot, and the log after it, of one moment; None if it is gone."""
    while True:
        document = LiveDocument.objects.filter(pk=document_id).first()
        if document is None:
            return None
        rows = DocumentUpdate.objects.filter(document=document, seq__gt=document.snapshot_seq)
        log = to_updates(rows.order_by("seq").values_list("seq", "data", "author_id", "at"))
        if _is_current(document_id, document.snapshot_seq):
            return document, log


def _is_current(document_id: int, snapshot_seq: int) -> bool:
    """Whether nobody has compacted since: on PostgreSQL two queries may see two moments."""
    now = LiveDocument.objects.filter(pk=document_id).values_list("snapshot_seq", flat=True).first()
    return now is None or now == snapshot_seq
