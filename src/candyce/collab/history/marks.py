"""What was done, in short: runs of work of one person, and the cells that each run touched.

A mark is JSON: ``{"first", "last": numbers of updates, "by": person's id or null, "start", "end": epoch
milliseconds, "count": updates, "did": {what: {cell: its place then}}, "more": cells not listed, "typed": [characters
added, taken out], "cut": whether it begins with a deletion}``. What: ``added``, ``deleted``, ``moved``, ``edited``, ``ran``, ``outputs``, ``settings``. Texts
have ``typed`` only. Runs of several people may overlap.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from pycrdt import Array, ArrayEvent, Doc, Map, MapEvent, Text

from candyce.collab.history.packing import LoggedUpdate

logger = logging.getLogger(__name__)

PAUSE = 5 * 60 * 1000  # milliseconds without an edit that end a run
LONGEST = (
    10 * 60 * 1000
)  # milliseconds after which a run ends anyway, so that an hour is not one entry
CELLS = 40  # listed for each kind of change

Mark = dict[str, Any]
Did = list[tuple[str, str, int]]  # what, cell, place (from 1)


class Recorder:
    """Says what each transaction of a document did. ``close`` it, or the document is never freed."""

    def __init__(self, doc: Doc, *, notebook: bool) -> None:
        self._did: Did = []
        self._typed = [0, 0]
        self._lost = False
        self._closers = []
        if notebook:
            self._cells: Array = doc.get("cells", type=Array)
            self._ids = [str(cell["id"]) for cell in self._cells]
            meta: Map = doc.get("meta", type=Map)
            watched: list[tuple[Any, Any]] = [(self._cells, self._on_cells), (meta, self._on_meta)]
        else:
            watched = [(doc.get("source", type=Text), self._on_text)]
        for shared, hear in watched:
            self._closers.append((shared, shared.observe_deep(hear)))

    def close(self) -> None:
        for shared, subscription in self._closers:
            shared.unobserve(subscription)

    def take(self) -> tuple[Did, list[int]]:
        """What was done since the last call."""
        if self._lost:
            self._lost = False
            self._ids = [str(cell["id"]) for cell in self._cells]
        did, self._did = self._did, []
        typed, self._typed = self._typed, [0, 0]
        return did, typed

    def _on_meta(self, events: list[Any]) -> None:
        self._did.append(("settings", "", 0))

    def _on_text(self, events: list[Any]) -> None:
        for event in events:
            for step in event.delta:
                self._typed[0] += len(step.get("insert", ""))
                self._typed[1] += int(step.get("delete", 0))

    def _on_cells(self, events: list[Any]) -> None:
        # The order of the cells first: the others' places count in the new one.
        try:
            for event in sorted(events, key=lambda event: len(event.path)):
                if event.path:
                    self._on_cell(event)
                else:
                    self._on_order(event)
        except (KeyError, IndexError, ValueError, TypeError):
            logger.exception("An update could not be described")
            self._lost = True

    def _on_order(self, event: ArrayEvent) -> None:
        before = list(self._ids)
        place = 0
        added: dict[str, int] = {}
        deleted: dict[str, int] = {}
        for step in event.delta:  # type: ignore[attr-defined]  # made in Rust
            if "retain" in step:
                place += int(step["retain"])
            elif "delete" in step:
                count = int(step["delete"])
                for cell in self._ids[place : place + count]:
                    deleted[cell] = before.index(cell) + 1
                del self._ids[place : place + count]
            else:
                names = [str(cell["id"]) for cell in step["insert"]]
                self._ids[place:place] = names
                place += len(names)
                added |= dict.fromkeys(names, 0)
        for cell in added:
            now = self._ids.index(cell) + 1
            same = deleted.pop(cell, None)
            # One that goes and comes at its place changed its type.
            what = "added" if same is None else "edited" if same == now else "moved"
            self._did.append((what, cell, now))
        self._did += [("deleted", cell, then) for cell, then in deleted.items()]

    def _on_cell(self, event: Any) -> None:
        place = event.path[0]
        cell = self._ids[place]
        for what in _name(event):
            self._did.append((what, cell, place + 1))


def _name(event: Any) -> Iterable[str]:
    """What an event inside a cell means."""
    if len(event.path) > 1:
        part = event.path[1]
        return {"source": ("edited",), "outputs": ("outputs",)}.get(part, ("settings",))
    if type(event) is not MapEvent:
        return ()
    keys: dict[str, Any] = event.keys  # type: ignore[attr-defined]  # made in Rust
    did = []
    if keys.get("execution_count", {}).get("newValue") is not None:
        did.append("ran")
    elif "outputs" in keys:
        did.append("outputs")
    if keys.keys() & {"source", "cell_type", "attachments"}:
        did.append("edited")
    elif "metadata" in keys:
        did.append("settings")
    return did


class Runs:
    """Gathers updates into marks."""

    def __init__(self) -> None:
        self._open: dict[uuid.UUID | None, Mark] = {}
        self._marks: list[Mark] = []

    def add(self, update: LoggedUpdate, did: Did, typed: Sequence[int] = (0, 0)) -> None:
        at = round(update.at.timestamp() * 1000)
        mark = self._open.get(update.author_id)
        # What is deleted must be found again: the entry before shows it for the last time.
        loses = any(what == "deleted" for what, _cell, _place in did)
        cut = loses and (mark is None or mark["did"].keys() != {"deleted"})
        if mark is None or cut or at - mark["end"] > PAUSE or at - mark["start"] > LONGEST:
            mark = _start(update, at, cut=cut)
            self._open[update.author_id] = mark
            self._marks.append(mark)
        mark["last"] = update.seq
        mark["end"] = max(at, mark["end"])
        mark["count"] += 1
        mark["typed"] = [mark["typed"][0] + typed[0], mark["typed"][1] + typed[1]]
        for what, cell, place in did:
            _note(mark, what, cell, place)

    def get_marks(self) -> list[Mark]:
        """The runs, in the order of their last update."""
        return sorted(self._marks, key=lambda mark: mark["last"])


def _start(update: LoggedUpdate, at: int, *, cut: bool) -> Mark:
    author = str(update.author_id) if update.author_id else None
    return {
        "first": update.seq,
        "last": update.seq,
        "by": author,
        "start": at,
        "end": at,
        "count": 0,
        "did": {},
        "more": 0,
        "typed": [0, 0],
        "cut": cut,
    }


def _note(mark: Mark, what: str, cell: str, place: int) -> None:
    cells = mark["did"].setdefault(what, {})
    if cell not in cells and len(cells) >= CELLS:
        mark["more"] += 1
        return
    cells[cell] = place


def join(marks: Iterable[Mark]) -> list[Mark]:
    """Marks of several chunks, with the runs that a chunk's end cut in two made whole."""
    joined: list[Mark] = []
    latest: dict[str | None, Mark] = {}
    for mark in marks:
        before = latest.get(mark["by"])
        near = before is not None and before["last"] < mark["first"]
        if (
            near
            and before is not None
            and not mark["cut"]
            and 0 <= mark["start"] - before["end"] <= PAUSE
            and mark["end"] - before["start"] <= LONGEST
        ):
            _extend(before, mark)
            continue
        copy = mark | {"did": {what: dict(cells) for what, cells in mark["did"].items()}}
        latest[mark["by"]] = copy
        joined.append(copy)
    return sorted(joined, key=lambda mark: mark["last"])


def _extend(mark: Mark, rest: Mark) -> None:
    mark["last"], mark["end"] = rest["last"], rest["end"]
    mark["count"] += rest["count"]
    mark["more"] += rest["more"]
    mark["typed"] = [a + b for a, b in zip(mark["typed"], rest["typed"], strict=True)]
    for what, cells in rest["did"].items():
        for cell, place in cells.items():
            _note(mark, what, cell, place)


def record(doc: Doc, updates: Iterable[LoggedUpdate], *, notebook: bool) -> list[Mark]:
    """Apply the updates to ``doc`` and say what they did."""
    runs = Runs()
    recorder = Recorder(doc, notebook=notebook)
    try:
        for update in updates:
            doc.apply_update(update.data)
            runs.add(update, *recorder.take())
    finally:
        recorder.close()
    return runs.get_marks()
