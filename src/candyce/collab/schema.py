"""What a notebook's shared document must look like, checked on what each update changes.

The layout is jupyter_ydoc's ``YNotebook`` 2.0: root map ``meta``, root array ``cells`` of maps with
``id``, ``cell_type``, ``source`` (text), ``metadata`` (map), ``outputs`` (array of maps). A page that
meets anything else throws while it opens the notebook, so nothing else is let in. Beside it stand what the server
writes: ``runs`` in the root map ``state``, and the root map ``comments``.
"""

from __future__ import annotations

import re
from typing import Any

from pycrdt import Array, ArrayEvent, Doc, Map, Text, TextEvent

from candyce.collab import limits
from candyce.collab.updates import InvalidUpdate

CELL_TYPES = frozenset({"code", "markdown", "raw"})
OUTPUT_TYPES = frozenset({"stream", "display_data", "execute_result", "error"})
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
MINOR_MAX = 5

Change = tuple[str, Any]


class Watcher:
    """Collects what a transaction touched in a document; ``check`` judges it afterwards."""

    def __init__(self, doc: Doc) -> None:
        self.cells: Array = doc.get("cells", type=Array)
        self.meta: Map = doc.get("meta", type=Map)
        self.state: Map = doc.get("state", type=Map)
        self.comments: Map = doc.get("comments", type=Map)
        self.meddled = False  # with the comments
        self.changes: list[Change] = []
        self.touched: set[int] = set()  # places of cells
        self.ran: set[int] = set()  # places of cells whose outputs changed
        self._cells_watch = self.cells.observe_deep(self._on_cells)
        self._meta_watch = self.meta.observe_deep(self._on_meta)
        self._state_watch = self.state.observe_deep(self._on_state)
        self._comments_watch = self.comments.observe_deep(self._on_comments)

    def close(self) -> None:
        self.cells.unobserve(self._cells_watch)
        self.meta.unobserve(self._meta_watch)
        self.state.unobserve(self._state_watch)
        self.comments.unobserve(self._comments_watch)

    def _on_cells(self, events: list[Any]) -> None:
        for event in events:
            path = event.path
            if path:
                self.touched.add(path[0])
                if len(path) > 1 and path[1] == "outputs":
                    self.ran.add(path[0])
            if _is_a(event, TextEvent):
                if len(path) > limits.DEPTH:
                    self.changes.append(("deep", None))
                continue
            self._sort(event, path)

    def _sort(self, event: Any, path: list[Any]) -> None:
        depth = len(path)
        if depth == 0:
            self.changes.append(("inserted", _inserted(event)))
        elif depth == 1:
            self.changes.append(("cell", event.target))
        elif path[1] == "metadata" and depth == 2:
            self.changes.append(("metadata", event.target))
        elif path[1] == "outputs" and depth == 2:
            kind = "outputs" if type(event) is ArrayEvent else "odd"
            self.changes.append((kind, _inserted(event)))
        elif path[1] == "outputs":  # within one of them, however deep
            self.changes.append(("outputs", [self.cells[path[0]]["outputs"][path[2]]]))
            if depth > limits.DEPTH:
                self.changes.append(("deep", None))
        elif depth > limits.DEPTH:
            self.changes.append(("deep", None))

    def _on_meta(self, events: list[Any]) -> None:
        self.changes += [("meta", None) for event in events if len(event.path) <= 1]
        if any(len(event.path) > limits.DEPTH for event in events):
            self.changes.append(("deep", None))

    def _on_state(self, events: list[Any]) -> None:
        for event in events:
            # Who ran a cell is the server's word.
            if event.path[0] == "runs" if event.path else "runs" in event.keys:
                self.changes.append(("runs", None))

    def _on_comments(self, _events: list[Any]) -> None:
        self.meddled = True

    def forget(self) -> None:
        """What was collected is the server's own."""
        self.changes, self.touched, self.ran = [], set(), set()
        self.meddled = False

    def check(self, *, stored: bool = False) -> list[Map]:
        """Judge what was collected, and forget it; ``stored``: the server's own words are in it.

        Gives the metadata maps that carry ``trusted`` (to be repaired); raises :class:`InvalidUpdate`.
        """
        changes = self.changes
        self.forget()
        repairs: list[Map] = []
        for kind, thing in changes:
            if kind == "runs" and stored:
                continue
            if kind in {"odd", "deep", "runs"}:
                raise InvalidUpdate("not a notebook's layout")
            if kind == "inserted":
                for cell in thing:
                    check_cell(cell, repairs)
            elif kind == "cell":
                check_cell(thing, repairs)
            elif kind == "outputs":
                for output in thing:
                    check_output(output)
            elif kind == "metadata":
                _note_trusted(thing, repairs)
            else:
                check_meta(self.meta, repairs)
        return repairs


def _is_a(event: Any, kind: type) -> bool:
    # The events' attributes come from Rust and have no types of their own.
    return type(event) is kind


def _inserted(event: Any) -> list[Any]:
    if not _is_a(event, ArrayEvent):
        return []
    return [value for step in event.delta for value in step.get("insert", ())]


def _note_trusted(metadata: Map, repairs: list[Map]) -> None:
    if "trusted" in metadata:
        repairs.append(metadata)


def check_document(doc: Doc) -> list[Map]:
    """Check a whole document, as :meth:`Watcher.check` does for a change."""
    repairs: list[Map] = []
    check_meta(doc.get("meta", type=Map), repairs)
    for cell in doc.get("cells", type=Array):
        check_cell(cell, repairs)
    return repairs


def check_meta(meta: Map, repairs: list[Map]) -> None:
    major, minor = meta.get("nbformat"), meta.get("nbformat_minor")
    if major != 4 or not isinstance(minor, (int, float)) or not 0 <= minor <= MINOR_MAX:
        raise InvalidUpdate("nbformat")
    metadata = meta.get("metadata")
    if not isinstance(metadata, Map):
        raise InvalidUpdate("metadata of the notebook")
    _note_trusted(metadata, repairs)


def check_cell(cell: Any, repairs: list[Map]) -> None:
    if not isinstance(cell, Map):
        raise InvalidUpdate("a cell is a map")
    kind = cell.get("cell_type")
    cell_id = cell.get("id")
    if kind not in CELL_TYPES or not isinstance(cell_id, str) or not CELL_ID.match(cell_id):
        raise InvalidUpdate("type or id of a cell")
    if not isinstance(cell.get("source"), Text):
        raise InvalidUpdate("source of a cell")
    metadata = cell.get("metadata")
    if not isinstance(metadata, Map):
        raise InvalidUpdate("metadata of a cell")
    _note_trusted(metadata, repairs)
    # A value, as pages write it: what changes inside a shared map here would not be seen.
    attachments = cell.get("attachments")
    if attachments is None:  # no `or {}`: an empty shared list is false, too
        attachments = {}
    if not isinstance(attachments, dict) or not all(
        isinstance(bundle, dict) for bundle in attachments.values()
    ):
        raise InvalidUpdate("attachments of a cell")
    if kind == "code":
        _check_code(cell)


def _check_code(cell: Map) -> None:
    outputs = cell.get("outputs")
    if not isinstance(outputs, Array):
        raise InvalidUpdate("outputs of a cell")
    for output in outputs:
        check_output(output)
    count = cell.get("execution_count")
    if count is not None and (isinstance(count, bool) or not isinstance(count, (int, float))):
        raise InvalidUpdate("execution count of a cell")


def check_output(output: Any) -> None:
    if not isinstance(output, (Map, dict)) or output.get("output_type") not in OUTPUT_TYPES:
        raise InvalidUpdate("type of an output")
    kind = output["output_type"]
    if kind == "stream":
        if not _is_text(output.get("text", "")) or not isinstance(output.get("name"), str):
            raise InvalidUpdate("stream output")
    elif kind == "error":
        if not isinstance(output.get("traceback"), (list, Array)):
            raise InvalidUpdate("error output")
    elif not isinstance(output.get("data"), (dict, Map)):
        raise InvalidUpdate("data of an output")


def _is_text(value: Any) -> bool:
    """nbformat's multiline string, as a value or shared."""
    if isinstance(value, (list, Array)):
        return all(isinstance(part, str) for part in value)
    return isinstance(value, (Text, str))
