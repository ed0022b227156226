"""How far a pupil is, read from a live document that the pupil may have filled with anything."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pycrdt import Array, Doc, Map, Text

from candyce.collab.answers import (
    FAILING,
    NONE,
    PASSING,
    TRYING,
    Answer,
    AnswerReader,
    GivenCell,
    Probe,
)

PROBE = Probe("q", (GivenCell("a", "q", "def f():\n    pass"),))
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def make_doc(source="def f():\n    pass", *, cell_id="a", outputs=(), **state):
    doc = Doc()
    doc["cells"] = Array()
    doc["state"] = Map()
    cell = {
        "id": cell_id,
        "cell_type": "code",
        "source": Text(source),
        "metadata": Map({"nbgrader": {"grade_id": "q"}}),
        "outputs": Array(list(outputs)),
    }
    doc["cells"].append(Map(cell))
    for key, value in state.items():
        doc["state"][key.replace("check_", "check:")] = value
    return doc


def look(doc):
    return AnswerReader(doc).look([PROBE])[0]


def fail(name, message=""):
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": []}


def test_what_was_given_is_not_started_and_what_differs_is_tried():
    assert look(make_doc()) == Answer(NONE)
    assert look(make_doc("def f():\n    return 1")) == Answer(TRYING)


def test_an_answer_that_stopped_on_an_error_is_failing_without_a_check():
    doc = make_doc("g", outputs=[fail("NameError", "name 'g' is not defined")])
    assert look(doc) == Answer(FAILING, "NameError", "name 'g' is not defined")
    assert look(make_doc("g", outputs=[fail("NotImplementedError")])) == Answer(TRYING)


def test_a_check_is_believed_and_its_message_comes_from_the_cell():
    told = {"state": "failing", "error": "NameError", "at": "", "count": 1}
    doc = make_doc("g", outputs=[fail("NameError", "name 'g'")], check_q=told)
    assert look(doc) == Answer(FAILING, "NameError", "name 'g'")
    assert look(make_doc("f", check_q={"state": "passing", "error": ""})) == Answer(PASSING)


def test_a_cell_that_was_cut_and_pasted_is_found_by_its_name():
    assert look(make_doc("return 1", cell_id="other")) == Answer(TRYING)


@pytest.mark.parametrize(
    "value",
    [None, 3, "passing", ["passing"], {"state": "won"}, {"state": ["passing"]}, {"state": {}}, {}],
)
def test_a_note_of_another_shape_counts_as_absent(value):
    assert look(make_doc(check_q=value)) == Answer(NONE)


@pytest.mark.parametrize("error", ["<b>x</b>", "x" * 61, 4, None, "Nom\u202eError", "a b"])
def test_what_can_be_no_error_is_no_name(error):
    assert look(make_doc(check_q={"state": "failing", "error": error})) == Answer(FAILING)


def test_an_edit_reads_the_changed_cell_again():
    doc = make_doc()
    reader = AnswerReader(doc)
    assert reader.look([PROBE]) == (Answer(NONE),)
    doc["cells"][0]["source"].insert(0, "# moi\n")
    reader.note(0)
    assert reader.look([PROBE]) == (Answer(TRYING),)


def test_a_hand_was_raised_when_the_server_stored_it():
    doc = make_doc()
    reader = AnswerReader(doc)
    assert reader.look_at_hand() is None
    doc["state"]["hand"] = {"at": "1970-01-01T00:00:00Z", "question": "q"}
    reader.settle(NOW)
    assert reader.look_at_hand().at == NOW
    doc["state"]["hand"] = {"at": 5}
    reader.settle(NOW)
    assert reader.look_at_hand() is None


def test_an_error_below_a_cell_as_it_was_given_stops_nobody():
    doc = make_doc(outputs=[fail("NameError")], check_q={"state": "trying", "error": ""})
    assert look(doc) == Answer(TRYING)


@pytest.mark.parametrize(
    ("noted", "answer"),
    [
        ("", Answer(FAILING, "NameError", "name 'g'")),
        ("NameError", Answer(FAILING, "NameError", "name 'g'")),
        ("AssertionError", Answer(FAILING, "AssertionError")),
    ],
)
def test_a_failed_check_takes_from_the_cell_what_it_does_not_say(noted, answer):
    doc = make_doc(
        "g", outputs=[fail("NameError", "name 'g'")], check_q={"state": "failing", "error": noted}
    )
    assert look(doc) == answer
