"""What was done, in short: runs of one person's work and the cells they touched."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from pycrdt import Array, Doc, Map, Text

from candyce.collab import notebook
from candyce.collab.history import marks
from candyce.collab.history.packing import LoggedUpdate
from candyce.collab.replica import Replica
from candyce.collab.tests.conftest import NOTEBOOK

ADA, BOB = uuid.UUID(int=1), uuid.UUID(int=2)
START = datetime(2026, 11, 21, 9, tzinfo=UTC)


class Log:
    """A notebook that people edit at given seconds."""

    def __init__(self):
        doc = Doc()
        notebook.fill(doc, notebook.normalise(NOTEBOOK), salt="s")
        self.first = doc.get_update()
        self.replica = Replica([self.first])
        self.updates = []

    def edit(self, change, *, at=0, by=ADA):
        news = self.replica.edit(lambda doc: change(doc.get("cells", type=Array)))
        moment = START + timedelta(seconds=at)
        self.updates.append(LoggedUpdate(len(self.updates) + 2, news, by, moment))
        return self

    def record(self):
        doc = Doc()
        doc.apply_update(self.first)
        return marks.record(doc, self.updates, notebook=True)


def type_in(cell, text="x"):
    return lambda cells: cells[cell]["source"].insert(0, text)


def add(place, name="neuf"):
    cell = {"id": name, "cell_type": "code", "metadata": {}, "source": "", "outputs": []}
    return lambda cells: cells.insert(place, notebook.make_cell(cell, name))


def run(cell):
    def change(cells):
        cells[cell]["execution_count"] = 7
        cells[cell]["outputs"].clear()
        cells[cell]["outputs"].append(
            Map({"output_type": "stream", "name": "stdout", "text": Text("a")})
        )

    return change


def test_cells_are_named_by_what_happened_to_them():
    log = Log().edit(type_in(0)).edit(add(0)).edit(type_in(2)).edit(run(2))
    log.edit(lambda cells: cells[1]["metadata"].update({"tags": []}))
    [mark] = log.record()
    assert mark["did"] == {
        "edited": {"titre": 1, "calcul": 3},
        "added": {"neuf": 1},
        "ran": {"calcul": 3},
        "outputs": {"calcul": 3},
        "settings": {"titre": 2},
    }
    assert (mark["first"], mark["last"], mark["count"], mark["by"]) == (2, 6, 5, str(ADA))


def test_a_deleted_cell_has_the_place_that_it_had():
    def delete(cells):
        del cells[0]

    [mark] = Log().edit(delete).record()
    assert mark["did"] == {"deleted": {"titre": 1}}


def test_a_deletion_begins_a_run_so_that_the_cell_is_found_before_it():
    def delete(cells):
        del cells[1]

    log = Log().edit(type_in(0)).edit(add(1)).edit(delete, at=1).edit(delete, at=2)
    log.edit(type_in(0), at=3)
    found = [(one["last"], one["did"]) for one in log.record()]
    assert found == [
        (3, {"edited": {"titre": 1}, "added": {"neuf": 2}}),
        (6, {"deleted": {"neuf": 2, "calcul": 2}, "edited": {"titre": 1}}),
    ]
    assert marks.join(log.record()) == log.record()


def test_a_moved_cell_is_neither_added_nor_deleted():
    def move(cells):
        with cells.doc.transaction():
            cell = notebook.read_cell(cells[0])
            del cells[0]
            cells.append(notebook.make_cell(cell, cell["id"]))

    [mark] = Log().edit(move).record()
    assert mark["did"] == {"moved": {"titre": 2}}


def test_a_pause_a_person_and_a_long_time_make_new_runs():
    log = Log()
    for at in (0, 60, 120):
        log.edit(type_in(0), at=at)
    log.edit(type_in(1), at=130, by=BOB).edit(type_in(0), at=140)
    log.edit(type_in(0), at=140 + 301)
    found = [(one["by"], one["first"], one["last"], one["count"]) for one in log.record()]
    assert found == [(str(BOB), 5, 5, 1), (str(ADA), 2, 6, 4), (str(ADA), 7, 7, 1)]
    log = Log()
    for at in range(0, 1500, 60):
        log.edit(type_in(0), at=at)
    assert [one["count"] for one in log.record()] == [11, 11, 3]


def test_many_cells_are_counted_not_listed():
    log = Log()
    for number in range(marks.CELLS + 5):
        log.edit(add(0, f"c{number}"))
    [mark] = log.record()
    assert (len(mark["did"]["added"]), mark["more"]) == (marks.CELLS, 5)


def test_a_run_that_a_chunk_cut_in_two_is_made_whole():
    log = Log()
    for at in range(0, 100, 10):
        log.edit(type_in(0, "ab"), at=at).edit(type_in(1), at=at + 1, by=BOB)
    whole = log.record()
    doc = Doc()
    doc.apply_update(log.first)
    cut = [
        mark
        for part in (log.updates[:7], log.updates[7:8], log.updates[8:])
        for mark in marks.record(doc, part, notebook=True)
    ]
    assert len(cut) > len(whole)
    assert marks.join(cut) == whole


def test_texts_count_characters():
    doc, other = Doc(), Doc()
    text = doc.get("source", type=Text)
    updates, state = [], doc.get_state()
    for seq, change in enumerate((lambda: text.insert(0, "bonjour"), text.clear), 1):
        change()
        updates.append(LoggedUpdate(seq, doc.get_update(state), ADA, START))
        state = doc.get_state()
    [mark] = marks.record(other, updates, notebook=False)
    assert mark["typed"] == [7, 7]
