"""The moments of a document, in order, and the document at each of them.

A moment is named by the number of an update: the state when that update had come in.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pycrdt import Doc

from candyce.collab.history import content
from candyce.collab.history.chunks import find_chain, load_base
from candyce.collab.history.content import Content
from candyce.collab.history.packing import LoggedUpdate, to_updates, unpack, unpack_table
from candyce.collab.models import DocumentUpdate, HistoryChunk, KeptState, LiveDocument


@dataclass(slots=True, frozen=True)
class Moment:
    """Update ``seq`` came in; ``author_id`` is None where the server itself wrote."""

    seq: int
    author_id: uuid.UUID | None
    at: datetime


def list_moments(document: LiveDocument) -> list[Moment]:
    """Every moment that can be seen in full detail, in the order of the log.

    Numbers rise without gaps, except where thinning has taken the detail of old days.
    """
    found: list[Moment] = []
    chunks = HistoryChunk.objects.filter(document=document).order_by("first_seq")
    for first, packed in chunks.values_list("first_seq", "updates"):
        found += [Moment(one.seq, one.author_id, one.at) for one in unpack_table(packed, first)]
    log = DocumentUpdate.objects.filter(document=document).order_by("seq")
    rows = list(log.values_list("seq", "author_id", "at"))
    last = found[-1].seq if found else 0
    if rows and last and rows[0][0] > last + 1:
        return list_moments(document)  # compacted between the two readings
    return found + [Moment(*row) for row in rows if row[0] > last]


def replay(document: LiveDocument, seqs: Iterable[int]) -> Iterator[tuple[int, Doc]]:
    """The document at each of the given moments, rising; those without full detail are left out.

    It is one document that goes on: read it before asking for the next.
    """
    doc: Doc | None = None
    updates: Iterator[LoggedUpdate] = iter(())
    at = 0
    for seq in sorted(set(seqs)):
        if doc is None:
            opened = _open(document.pk, seq)
            if opened is None:
                continue
            doc, at = opened
            updates = _stream(document.pk, at + 1)
        while at < seq:
            update = next(updates, None)
            if update is None:
                break
            doc.apply_update(update.data)
            at = update.seq
        if at != seq:
            doc = None  # a gap: the next moment is looked up anew
            continue
        yield seq, doc


def _open(document_id: int, seq: int) -> tuple[Doc, int] | None:
    """A document at or before ``seq``, from which the updates lead there; and where it is."""
    row = (
        LiveDocument.objects.filter(pk=document_id)
        .values_list("snapshot", "snapshot_seq", "last_seq")
        .first()
    )
    if row is None or not 1 <= seq <= row[2]:
        return None
    if seq >= row[1]:
        doc: Doc = Doc()
        if row[0]:
            doc.apply_update(bytes(row[0]))
        return doc, row[1]
    chain = find_chain(document_id, seq)
    return (load_base(chain), chain[0].first_seq - 1) if chain else None


def _stream(document_id: int, seq: int) -> Iterator[LoggedUpdate]:
    """The updates from number ``seq`` on, out of the chunks and then the log, up to the first gap."""
    while True:
        before = seq
        chunks = HistoryChunk.objects.filter(document_id=document_id, last_seq__gte=seq)
        for first, packed in chunks.order_by("first_seq").values_list("first_seq", "updates"):
            if first > seq:
                return
            for update in unpack(packed, first):
                if update.seq == seq:
                    yield update
                    seq += 1
        log = DocumentUpdate.objects.filter(document_id=document_id, seq__gte=seq).order_by("seq")
        for update in to_updates(log.values_list("seq", "data", "author_id", "at")):
            if update.seq != seq:
                break  # compacted in the meantime: it stands in a chunk now
            yield update
            seq += 1
        if seq == before:
            return


def get_content(document: LiveDocument, seq: int) -> Content | None:
    """What the document held at a moment; None where the history does not have it (any more)."""
    kept = KeptState.objects.filter(document=document, seq=seq).first()
    if kept is not None:
        return content.unpack(kept.content, document.path)
    for _seq, doc in replay(document, [seq]):
        return content.read(doc, document.path)
    return None


def find_moment(document: LiveDocument, seq: int) -> Moment | None:
    """Author and time of a moment; None where the history does not have it (any more)."""
    row = DocumentUpdate.objects.filter(document=document, seq=seq)
    for author_id, at in row.values_list("author_id", "at"):
        return Moment(seq, author_id, at)
    chunk = HistoryChunk.objects.filter(
        document=document, first_seq__lte=seq, last_seq__gte=seq
    ).first()
    if chunk is not None:
        one = unpack_table(chunk.updates, chunk.first_seq)[seq - chunk.first_seq]
        return Moment(seq, one.author_id, one.at)
    kept = KeptState.objects.filter(document=document, seq=seq).defer("content").first()
    return Moment(seq, None, kept.at) if kept else None
