"""Chunks: what compaction takes out of the log, kept so that each moment can be shown again.

The state at an update is the nearest base before it and the updates from there on. A base is stored only
when the updates since the last one outweigh it: a notebook with large figures is not stored anew at each
compaction, and a replay never reads more than about twice the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.db.models import Q
from pycrdt import Doc

from candyce.collab.history.marks import Mark, record
from candyce.collab.history.packing import LoggedUpdate, compress, decompress, pack, unpack
from candyce.collab.models import HistoryChunk, LiveDocument
from candyce.projects.paths import is_notebook

LONGEST = 1000  # updates of one chunk
CHAIN = 64 * 1024  # bytes of updates that are always replayed rather than a base stored


@dataclass(slots=True)
class Archive:
    """Chunks made but not yet stored, and the document after them."""

    doc: Doc
    chunks: list[HistoryChunk] = field(default_factory=list)


def make_chunks(document: LiveDocument, snapshot: bytes, log: Sequence[LoggedUpdate]) -> Archive:
    """Chunks of the log that stands on ``snapshot``; nothing is written."""
    doc: Doc = Doc()
    if snapshot:
        doc.apply_update(snapshot)
    archive = Archive(doc)
    before = HistoryChunk.objects.filter(document=document, last_seq=log[0].seq - 1)
    previous = before.only("last_seq", "chain").first()
    for start in range(0, len(log), LONGEST):
        part = log[start : start + LONGEST]
        state = (doc.get_update() if start else snapshot) if part[0].seq > 1 else b""
        chain = _get_chain(previous, part[0].seq, len(state))
        marks = record(doc, part, notebook=is_notebook(document.path))
        previous = _make(document, part, state if chain is None else b"", chain or 0, marks)
        archive.chunks.append(previous)
    return archive


def _get_chain(previous: HistoryChunk | None, first_seq: int, weight: int) -> int | None:
    """The bytes of updates to replay before this chunk; None where it needs a base."""
    if first_seq == 1:
        return 0
    if previous is None or previous.last_seq != first_seq - 1:
        return None
    return previous.chain if previous.chain <= max(weight, CHAIN) else None


def _make(
    document: LiveDocument, part: Sequence[LoggedUpdate], base: bytes, chain: int, marks: list[Mark]
) -> HistoryChunk:
    packed_base, packed = compress(base) if base else b"", pack(part)
    return HistoryChunk(
        document=document,
        first_seq=part[0].seq,
        last_seq=part[-1].seq,
        first_at=part[0].at,
        last_at=max(one.at for one in part),
        base=packed_base,
        updates=packed,
        marks=marks,
        chain=chain + sum(len(one.data) for one in part),
        size=len(packed_base) + len(packed),
    )


def find_chain(document_id: int, seq: int) -> list[HistoryChunk]:
    """The chunks to replay for a state at ``seq``, the first with its base; empty where it is not kept."""
    chunks = HistoryChunk.objects.filter(document_id=document_id, first_seq__lte=seq)
    start = (
        chunks.filter(~Q(base=b"") | Q(first_seq=1))
        .order_by("-first_seq")
        .values_list("first_seq", flat=True)
        .first()
    )
    if start is None:
        return []
    chain = list(chunks.filter(first_seq__gte=start).order_by("first_seq"))
    whole = all(a.last_seq + 1 == b.first_seq for a, b in pairwise(chain))
    return chain if whole and chain[-1].last_seq >= seq else []


def load_base(chain: Sequence[HistoryChunk]) -> Doc:
    """The document before the first update of a chain."""
    doc: Doc = Doc()
    if chain[0].base:
        doc.apply_update(decompress(chain[0].base))
    return doc


def load_end(chunk: HistoryChunk) -> Doc | None:
    """The document after the last update of a chunk; None where it cannot be made any more."""
    chain = find_chain(chunk.document_id, chunk.last_seq)
    if not chain:
        return None
    doc = load_base(chain)
    for part in chain:
        for update in unpack(part.updates, part.first_seq):
            doc.apply_update(update.data)
    return doc
