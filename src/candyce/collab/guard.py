"""Locked cells: what may not change in them is put back, in the same stored update.

A cell is locked by Jupyter's own ``metadata.editable = false`` (nbformat's ``deletable`` goes with it).
Whoever lacks the right ``manage`` may run it, and nothing else. Putting back, rather than refusing,
keeps honest pages whole: someone who was typing at the moment of locking holds an edit on which the
next ones build, and no page has to throw its replica away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pycrdt import Array, Doc, Map

from candyce.collab import edits
from candyce.collab.notebook import Notebook, make_cell, read_cell

# Which output is folded, and when a cell ran, is not what a lock protects.
VIEW_KEYS = frozenset({"collapsed", "scrolled", "execution", "ExecuteTime", "jupyter", "trusted"})
_FREE_KEYS = frozenset({"outputs", "execution_count", "metadata"})
_STRUCTURAL = frozenset({"inserted", "cell", "metadata"})


class Guard:
    """The locked cells of one replica, as they were when somebody who may last changed them.

    ``note`` gathers what a transaction touches, ``take_in`` accepts it, ``put_back`` undoes what was not
    allowed.
    """

    __slots__ = ("_cells", "_locked", "_order", "_touched")

    def __init__(self, doc: Doc) -> None:
        self._cells: Array = doc.get("cells", type=Array)
        self._touched: set[int] = set()
        self._locked: dict[str, Notebook] = {}
        self._order: list[str] = []
        self._look()

    @property
    def has_locks(self) -> bool:
        return bool(self._locked)

    def note(self, index: object) -> None:
        """The cell at this place was touched."""
        if self._locked and isinstance(index, int):
            self._touched.add(index)

    def take_in(self, changes: Iterable[tuple[str, Any]]) -> None:
        """Accept a transaction of someone who may lock: what stands now is what is protected."""
        touched, self._touched = self._touched, set()
        if any(kind in _STRUCTURAL for kind, _thing in changes) or self._is_locked_at(touched):
            self._look()

    def put_back(self, changes: Sequence[tuple[str, Any]]) -> bool:
        """Undo what a transaction did to locked cells, and locks that it set; gives whether it did any.

        To be called inside a transaction of the document.
        """
        touched, self._touched = self._touched, set()
        done = self._unlock() if any(_may_lock(*change) for change in changes) else False
        if self._locked:
            structural = any(kind in _STRUCTURAL for kind, _thing in changes)
            if structural or self._is_locked_at(touched):
                done |= self._restore()
        return done

    def _look(self) -> None:
        self._locked = {}
        ids = []
        for shared in self._cells:
            cell_id = shared.get("id")
            ids.append(cell_id)
            if _is_locked(shared):
                self._locked.setdefault(cell_id, read_cell(shared))
        self._order = ids if self._locked else []

    def _is_locked_at(self, touched: set[int]) -> bool:
        count = len(self._cells)
        return any(
            self._cells[index].get("id") in self._locked for index in touched if index < count
        )

    def _unlock(self) -> bool:
        """Locks are set by those who may: a copy of a locked cell is an ordinary cell."""
        done = False
        for shared in self._cells:
            if _is_locked(shared) and shared.get("id") not in self._locked:
                if self._take_back_id(shared):
                    done = True
                    continue
                for key in ("editable", "deletable"):
                    if key in shared["metadata"]:
                        del shared["metadata"][key]
                done = True
        return done

    def _take_back_id(self, shared: Map) -> bool:
        """A locked cell that was given another id gets its own again."""
        present = {cell.get("id") for cell in self._cells}
        now = _protected(read_cell(shared) | {"id": None})
        for cell_id, cell in self._locked.items():
            if cell_id not in present and _protected(cell | {"id": None}) == now:
                shared["id"] = cell_id
                return True
        return False

    def _restore(self) -> bool:
        done = False
        for cell_id, wanted in self._locked.items():
            places = [i for i, cell in enumerate(self._cells) if cell.get("id") == cell_id]
            for extra in reversed(places[1:]):
                del self._cells[extra]
                done = True
            if not places:
                self._cells.insert(self._find_place(cell_id), make_cell(wanted, cell_id))
                done = True
                continue
            present = read_cell(self._cells[places[0]])
            if _protected(present) != _protected(wanted):
                edits.set_cell(self._cells, places[0], present, _merge(present, wanted))
                done = True
        return done

    def _find_place(self, cell_id: str) -> int:
        """Behind the nearest cell before it that is still there."""
        places = {cell.get("id"): index for index, cell in enumerate(self._cells)}
        for before in reversed(self._order[: self._order.index(cell_id)]):
            if before in places:
                return places[before] + 1
        return 0


def _may_lock(kind: str, thing: Any) -> bool:
    """Whether this change can have brought a lock in."""
    if kind == "inserted":
        return any(_is_locked(cell) for cell in thing)
    if kind == "cell":
        return _is_locked(thing)
    return kind == "metadata" and thing.get("editable") is False


def _is_locked(shared: Map) -> bool:
    metadata = shared.get("metadata")
    return isinstance(metadata, Map) and metadata.get("editable") is False


def _view(metadata: Notebook) -> Notebook:
    return {key: value for key, value in metadata.items() if key in VIEW_KEYS}


def _protected(cell: Notebook) -> Notebook:
    """The part of a cell that a lock protects."""
    metadata = {key: value for key, value in cell["metadata"].items() if key not in VIEW_KEYS}
    rest = {key: value for key, value in cell.items() if key not in _FREE_KEYS}
    return rest | {"metadata": metadata}


def _merge(present: Notebook, wanted: Notebook) -> Notebook:
    """The locked cell with the results and the folding that it has now."""
    metadata = _protected(wanted)["metadata"] | _view(present["metadata"])
    free = {key: present[key] for key in ("outputs", "execution_count") if key in present}
    if wanted["cell_type"] != present["cell_type"]:
        free = {}
    return wanted | {"metadata": metadata} | free
