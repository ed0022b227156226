"""What a teacher's glance at a live document catches: where its author is, and how it goes.

Read from the log, beside the rooms: a reader of our own follows each document that is looked at and takes
in only what was added since the last look. Nobody's room is woken, and pages notice nothing.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from pycrdt import Array, Doc, Map, TextEvent

from candyce.collab import excerpt, store
from candyce.collab.answers import Answer, AnswerReader, Hand, Probe
from candyce.collab.models import DocumentUpdate, LiveDocument
from candyce.collab.replica import load_doc

READERS = 400  # documents followed at once in one process; one of 90 kB takes 0.2 MB
IDLE = 60.0  # seconds without a look after which a document is followed no more


@dataclass(frozen=True, slots=True)
class Place:
    """The cell where somebody is: its text around the last edit, and its last output."""

    cell_id: str
    kind: str  # code, markdown, raw
    number: int  # from 1
    text: excerpt.Excerpt
    output: excerpt.Output | None


@dataclass(frozen=True, slots=True)
class Glance:
    """A document as of update ``seq``. ``runs`` and ``cells`` count code cells that hold something.

    ``edited_at`` is the last change by the person looked at; None while there was none since the last
    compaction of the log. ``answers`` are those to the questions asked for, in their order.
    """

    seq: int
    edited_at: datetime | None
    place: Place | None
    runs: int
    cells: int
    answers: tuple[Answer, ...] = ()
    hand: Hand | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose work to look at; ``given`` maps cell ids to the execution counts that came with the lesson.

    ``probes``: the lesson's questions. Who asks for one document must always ask for the same.
    ``others`` work in the same document and count as well: usernames by id.
    """

    author_id: uuid.UUID
    username: str
    given: Mapping[str, float | None]
    probes: tuple[Probe, ...] = ()
    others: Mapping[uuid.UUID, str] = field(default_factory=dict)


class Reader:
    """Follows one document through its log."""

    def __init__(self, updates: Iterable[bytes], seq: int) -> None:
        self.doc: Doc = load_doc(updates)
        self.cells: Array = self.doc.get("cells", type=Array)
        self.state: Map = self.doc.get("state", type=Map)
        self.seq = seq
        self.looked_at = time.monotonic()
        self.edited_at: datetime | None = None
        self.glance: Glance | None = None
        # Of the last edit: cell id, position in bytes, where the cell stood.
        self._at: tuple[str, int, int] | None = None
        self._counts: tuple[int, int] | None = None
        self._ran: set[str] = set()
        self._events: list[tuple[int, int, bool]] = []  # cell, position, whether it ran
        self._touched = False
        self._changed: set[int] = set()
        self._answers = AnswerReader(self.doc)
        self._watch = self.cells.observe_deep(self._on_events)

    def take_over(self, old: Reader) -> None:
        """Keep what another reader of the document learnt from a log that is no more."""
        self.edited_at, self._at, self._ran = old.edited_at, old._at, old._ran
        self._answers.take_over(old._answers)
        old.close()

    def close(self) -> None:
        self.cells.unobserve(self._watch)
        self._answers.close()

    def _on_events(self, events: list[Any]) -> None:
        for event in events:
            path = list(event.path)
            self._changed.update(path[:1])
            if not path:
                self._touched = True
                self._answers.note_all()
                inserted = _find_insert(event.delta)
                if inserted is not None:
                    self._events.append((inserted, 0, False))
            elif _is_text(event) and path[1:] == ["source"]:
                self._events.append((path[0], _find_edit(event.delta), False))
                continue
            elif path[1:2] == ["outputs"] or (len(path) == 1 and "execution_count" in event.keys):
                self._events.append((path[0], -1, True))
            self._counts = None

    def take_in(self, data: bytes, *, at: datetime, counts: bool) -> None:
        """One more update of the log; ``counts`` if the person looked at made it."""
        self._events, self._touched, self._changed = [], False, set()
        self.doc.apply_update(data)
        for index in self._changed:
            self._answers.note(index)
        self._answers.settle(at)
        if not counts or not (self._touched or self._events):
            return
        self.edited_at = at
        for index, position, ran in self._events:
            if index >= len(self.cells):
                continue
            cell_id = str(self.cells[index].get("id"))
            kept = self._at[1] if self._at and self._at[0] == cell_id else 0
            self._at = (cell_id, position if position >= 0 else kept, index)
            if ran:
                self._ran.add(cell_id)

    def look(self, wanted: Wanted) -> Glance:
        if self._counts is None:
            self._counts = self._count(wanted)
        answers, hand = self._answers.look(wanted.probes), self._answers.look_at_hand()
        return Glance(self.seq, self.edited_at, self._get_place(), *self._counts, answers, hand)

    def _count(self, wanted: Wanted) -> tuple[int, int]:
        """How many code cells that hold something were run, and how many there are."""
        names = (wanted.username, *wanted.others.values())
        ran = {cell for name in names for cell in self._get_runs(name)}
        runs, count = 0, 0
        for cell in self.cells:
            if cell.get("cell_type") != "code":
                continue
            executed = cell.get("execution_count")
            if executed is None and not len(cell["source"]):
                continue
            cell_id = str(cell.get("id"))
            count += 1
            if executed is not None and (cell_id in ran or executed != wanted.given.get(cell_id)):
                runs += 1
        return runs, count

    def _get_place(self) -> Place | None:
        if self._at is None:
            return None
        cell_id, position, index = self._at
        if index < len(self.cells) and self.cells[index].get("id") == cell_id:
            return _get_place(self.cells[index], index, position)
        for moved, cell in enumerate(self.cells):
            if cell.get("id") == cell_id:
                return _get_place(cell, moved, position)
        return None

    def _get_runs(self, username: str) -> set[str]:
        """Cells that the person ran, as far as the log, or the server's own notes, still tell."""
        noted = self.state.get("runs")
        if isinstance(noted, Map):
            noted = noted.to_py()
        if not isinstance(noted, dict):
            return self._ran
        mine = {
            cell_id
            for cell_id, run in noted.items()
            if isinstance(run, dict) and run.get("username") == username
        }
        return self._ran | mine


def _is_text(event: Any) -> bool:
    return type(event) is TextEvent  # the events' attributes come from Rust and have no types


def _find_insert(delta: list[dict[str, Any]]) -> int | None:
    """Where the last cell of an array's delta was put in."""
    at, found = 0, None
    for step in delta:
        if "retain" in step:
            at += step["retain"]
        elif "insert" in step:
            at += len(step["insert"])
            found = at - 1
    return found


def _find_edit(delta: list[dict[str, Any]]) -> int:
    return int(delta[0].get("retain", 0)) if delta else 0


def _get_place(cell: Map, index: int, position: int) -> Place:
    outputs = cell.get("outputs")
    return Place(
        cell_id=str(cell["id"]),
        kind=str(cell["cell_type"]),
        number=index + 1,
        text=excerpt.get_excerpt(str(cell["source"]), position),
        output=excerpt.get_output(outputs) if isinstance(outputs, Array) else None,
    )


_readers: OrderedDict[int, Reader] = OrderedDict()
_lock = threading.Lock()  # the documents are not made for two threads at once


def look(wanted: Mapping[int, Wanted]) -> dict[int, Glance]:
    """``{document: glance}`` for those that are there; two queries when nobody typed since the last look.

    Any thread, any process; each process follows the log by itself.
    """
    ids = list(wanted)
    seqs = store.get_last_seqs(ids)
    with _lock:
        known = {pk: _readers[pk].seq for pk in seqs if pk in _readers}
    grown = {pk: seq for pk, seq in known.items() if seqs[pk] > seq}
    tails = _load_tails(grown)
    fresh = {pk: _load(pk) for pk in seqs if pk not in known or tails.get(pk, ()) is None}
    found: dict[int, Glance] = {}
    with _lock:
        for pk in seqs:
            reader = _bring_up(pk, wanted[pk], fresh.get(pk), tails.get(pk))
            if reader is not None and reader.glance is not None:
                found[pk] = reader.glance
        _forget_idle()
    return found


Row = tuple[int, bytes, uuid.UUID | None, datetime]
Tail = list[Row]


@dataclass(frozen=True, slots=True)
class _Content:
    """A document as ``base`` up to ``base_seq``, and the rest of its log."""

    base: list[bytes]
    base_seq: int
    tail: Tail


def _load(pk: int) -> _Content | None:
    content = store.load(pk)
    if content is None:
        return None
    who = {
        seq: (author, at)
        for seq, author, at in DocumentUpdate.objects.filter(
            document_id=pk, seq__gt=content.snapshot_seq
        ).values_list("seq", "author_id", "at")
    }
    count = content.seq - content.snapshot_seq
    base, last = content.updates[: len(content.updates) - count], content.updates[-count:]
    tail: Tail = []
    for seq, data in enumerate(last if count else [], content.snapshot_seq + 1):
        # Compacted between the two queries: by whom, and when, is not known any more.
        author, at = who.get(seq, (None, timezone.now()))
        tail.append((seq, data, author, at))
    return _Content(base, content.snapshot_seq, tail)


def _load_tails(seqs: Mapping[int, int]) -> dict[int, Tail | None]:
    """The updates of each document after ``seqs``; None where the log was compacted past it."""
    if not seqs:
        return {}
    kept = LiveDocument.objects.filter(pk__in=list(seqs)).values_list("pk", "snapshot_seq")
    tails: dict[int, Tail | None] = {
        pk: [] if snapshot <= seqs[pk] else None for pk, snapshot in kept
    }
    rule = Q(pk__in=[])
    for pk, tail in tails.items():
        if tail is not None:
            rule |= Q(document_id=pk, seq__gt=seqs[pk])
    rows = DocumentUpdate.objects.filter(rule).order_by("document_id", "seq")
    for pk, seq, data, author, at in rows.values_list(
        "document_id", "seq", "data", "author_id", "at"
    ):
        tail = tails[pk]
        if tail is not None:
            tail.append((seq, bytes(data), author, at))
    return tails


def _bring_up(
    pk: int, wanted: Wanted, content: _Content | None, tail: Tail | None
) -> Reader | None:
    """The document's reader with its glance up to date."""
    reader = _readers.get(pk)
    if content is not None:
        old, reader = reader, Reader(content.base, content.base_seq)
        if old is not None:
            reader.take_over(old)
        _readers[pk], tail = reader, content.tail
    if reader is None:
        return None
    for seq, data, author, at in tail or ():
        if seq == reader.seq + 1:
            reader.take_in(
                data, at=at, counts=author == wanted.author_id or author in wanted.others
            )
            reader.seq = seq
    if reader.glance is None or reader.glance.seq != reader.seq:
        reader.glance = reader.look(wanted)
    reader.looked_at = time.monotonic()
    _readers.move_to_end(pk)
    return reader


def _forget_idle() -> None:
    limit = time.monotonic() - IDLE
    while _readers:
        reader = next(iter(_readers.values()))
        if len(_readers) <= READERS and reader.looked_at > limit:
            return
        _readers.popitem(last=False)[1].close()


def forget_all() -> None:
    """Follow nothing any more: for tests, and when a process gives memory back."""
    with _lock:
        while _readers:
            _readers.popitem()[1].close()
