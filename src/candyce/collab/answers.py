"""How far somebody is with the questions of a notebook, as its live document tells.

From the cells: whether an answer differs from what was given, and the error on which it stopped. From the root
map ``state``: what the pupil's page noted of its checks (``check:<question id>``), and the raised ``hand``. All of it
is the pupil's word, and the pupil may be an attacker: only what was asked for is read, whatever else is there, and
a value that is not exactly of its kind counts as absent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pycrdt import Array, Doc, Map, Text

NONE, TRYING, FAILING, PASSING = "none", "trying", "failing", "passing"
MESSAGE = 120  # characters of an error's message
OUTPUTS = 12  # of a cell, from its end, in which an error is looked for
ID = 200  # characters of a question's id
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}\Z")
# ``raise NotImplementedError()`` stands in for the answer in a given cell: nobody is stuck at it.
_BLANK = "NotImplementedError"


@dataclass(frozen=True, slots=True)
class GivenCell:
    """A cell to answer in, as it was given."""

    cell_id: str
    grade_id: str
    source: str


@dataclass(frozen=True, slots=True)
class Probe:
    """A question to look for: its id and the cells in which it is answered."""

    id: str
    cells: tuple[GivenCell, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """``state`` is one of the four above; ``error`` a class's name, ``message`` what Python said with it."""

    state: str
    error: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """A raised hand; ``question`` is an id as the page wrote it, ``at`` the server's time where it is known."""

    question: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a cell to answer in says: whether it was written in, and its error as name and message."""

    written: bool
    error: tuple[str, str] | None


class AnswerReader:
    """Follows the answers in one document; told of each change, it reads again what changed only."""

    def __init__(self, doc: Doc) -> None:
        self._cells: Array = doc.get("cells", type=Array)
        self._state: Map = doc.get("state", type=Map)
        self._watch = self._state.observe(self._on_state)
        self._read: dict[str, _Cell] = {}  # by cell id
        self._places: dict[str, str] = {}  # where the cell of a given id is now, if it has another
        self._stale: set[str] | None = None  # ids of cells to read again; None: all
        self._hand: Hand | None = None
        self._hand_changed = True  # since it was looked at
        self._hand_moved = False  # in the update that is being taken in
        self._hand_at: datetime | None = None

    def close(self) -> None:
        self._state.unobserve(self._watch)

    def take_over(self, old: AnswerReader) -> None:
        """Keep the moments that another reader of the document saw pass."""
        self._hand_at = old._hand_at if _read_hand(self._state.get("hand")) else None

    def _on_state(self, event: Any) -> None:
        if "hand" in event.keys:
            self._hand_changed = self._hand_moved = True

    def note(self, index: int) -> None:
        """The cell at ``index`` changed, text or outputs."""
        if self._stale is not None and index < len(self._cells):
            self._stale.add(str(self._cells[index].get("id")))

    def note_all(self) -> None:
        """Cells came, went or moved."""
        self._stale = None

    def settle(self, at: datetime) -> None:
        """After an update that was stored at ``at``: a hand that it changed was raised then."""
        if self._hand_moved:
            self._hand_at, self._hand_moved = at, False

    def look(self, probes: Iterable[Probe]) -> tuple[Answer, ...]:
        probes = tuple(probes)
        self._read_cells(probes)
        return tuple(self._judge(probe) for probe in probes)

    def look_at_hand(self) -> Hand | None:
        if self._hand_changed:
            found = _read_hand(self._state.get("hand"))
            if found is not None and self._hand_at is not None:
                found = Hand(found.question, self._hand_at)
            self._hand, self._hand_changed = found, False
        return self._hand

    def _read_cells(self, probes: tuple[Probe, ...]) -> None:
        if self._stale is not None and not self._stale:
            return
        given = {cell.cell_id: cell for probe in probes for cell in probe.cells}
        if self._stale is None:
            self._read, self._places = {}, {}
            by_id = {str(cell.get("id")): cell for cell in self._cells}
            for cell_id, cell in self._find_moved(given, by_id):
                by_id[cell_id] = cell
                self._places[str(cell.get("id"))] = cell_id
            wanted = {cell_id: by_id[cell_id] for cell_id in given if cell_id in by_id}
        else:
            names = {self._places.get(cell_id, cell_id) for cell_id in self._stale}
            wanted = self._find(names & given.keys())
        for cell_id, cell in wanted.items():
            self._read[cell_id] = _read_cell(cell, given[cell_id].source)
        self._stale = set()

    def _find_moved(
        self, given: Mapping[str, GivenCell], by_id: Mapping[str, Map]
    ) -> list[tuple[str, Map]]:
        """Cells to answer in that were cut and pasted: their id is another, their name is not."""
        missing = {
            cell.grade_id: cell_id for cell_id, cell in given.items() if cell_id not in by_id
        }
        if not missing:
            return []
        found = []
        for cell_id, cell in by_id.items():
            name = "" if cell_id in given else _get_grade_id(cell)
            if name in missing:
                found.append((missing.pop(name), cell))
        return found

    def _find(self, names: set[str]) -> dict[str, Map]:
        found: dict[str, Map] = {}
        for cell in self._cells if names else ():
            cell_id = str(cell.get("id"))
            name = self._places.get(cell_id, cell_id)
            if name in names:
                found[name] = cell
                if len(found) == len(names):
                    break
        return found

    def _judge(self, probe: Probe) -> Answer:
        cells = [self._read[one.cell_id] for one in probe.cells if one.cell_id in self._read]
        error = next((cell.error for cell in cells if cell.written and cell.error), None)
        checked = read_check(self._state.get(f"check:{probe.id}"))
        state = checked.state if checked else NONE
        if state == NONE and any(cell.written for cell in cells):
            state = TRYING
        if state == TRYING and error is not None:
            return Answer(FAILING, *error)
        if state == FAILING and checked is not None:
            name = checked.error or (error[0] if error else "")
            return Answer(FAILING, name, error[1] if error and error[0] == name else "")
        return Answer(state)


def read_check(value: object) -> Answer | None:
    """What a page noted of a check; None for anything else than a note of the right shape."""
    if not isinstance(value, dict):
        return None
    state, error = value.get("state"), value.get("error", "")
    if not isinstance(state, str) or state not in {TRYING, FAILING, PASSING}:
        return None
    return Answer(state, clean_name(error) if state == FAILING else "")


def _read_hand(value: object) -> Hand | None:
    if not isinstance(value, dict) or not isinstance(value.get("at"), str):
        return None
    question = value.get("question", "")
    known = isinstance(question, str) and len(question) <= ID
    return Hand(question if known else "", _read_moment(value["at"]))


def _read_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if len(text) <= 40 else None
    except ValueError:
        return None
    try:
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (OverflowError, ValueError):
        return None


def clean_name(value: object) -> str:
    """The name of an error's class; "" for what can be none."""
    return value if isinstance(value, str) and _NAME.match(value) else ""


def clean_message(value: object) -> str:
    """One short line of plain text, without signs that turn or hide what stands around them."""
    if isinstance(value, Text):
        value = str(value)
    if not isinstance(value, str):
        return ""
    line = " ".join(value[: 4 * MESSAGE].split())
    line = "".join(char for char in line if unicodedata.category(char)[0] != "C")
    return line if len(line) <= MESSAGE else line[: MESSAGE - 1] + "…"


def _read_cell(cell: Map, given: str) -> _Cell:
    outputs = cell.get("outputs")
    written = str(cell.get("source", "")).strip() != given.strip()
    return _Cell(written, _find_error(outputs) if isinstance(outputs, Array) else None)


def _find_error(outputs: Array) -> tuple[str, str] | None:
    count = len(outputs)
    for index in range(count - 1, max(-1, count - OUTPUTS - 1), -1):
        output = outputs[index]
        if isinstance(output, (Map, dict)) and output.get("output_type") == "error":
            name = clean_name(output.get("ename"))
            return None if name == _BLANK else (name, clean_message(output.get("evalue")))
    return None


def _get_grade_id(cell: Map) -> str:
    metadata = cell.get("metadata")
    ours = metadata.get("nbgrader") if isinstance(metadata, (Map, dict)) else None
    name = ours.get("grade_id") if isinstance(ours, (Map, dict)) else None
    return name if isinstance(name, str) else ""
