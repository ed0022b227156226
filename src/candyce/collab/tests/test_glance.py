"""A glance at documents from outside: where their author is, read from the log."""

from __future__ import annotations

import uuid

import pytest
from pycrdt import Array, Doc, Map, Text

from candyce.collab import glance, store
from candyce.collab.glance import Wanted
from candyce.collab.replica import Replica
from candyce.collab.tests.conftest import make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    glance.forget_all()
    yield
    glance.forget_all()


@pytest.fixture
def document(project):
    return store.open_document(project.pk, "lesson.ipynb")


def edit(document, author, change) -> None:
    """An edit as a page of ``author`` (an id) makes it."""
    replica = Replica(store.load(document.pk).updates)
    update = replica.edit(lambda doc: change(doc.get("cells", type=Array)))
    replica.close()
    store.append({document.pk: [store.Entry(update, author)]})


def look(document, user, given=None):
    wanted = Wanted(user.pk, user.username, given or {})
    return glance.look({document.pk: wanted})[document.pk]


def write(text, cell=1, at=0):
    return lambda cells: cells[cell]["source"].insert(at, text)


def test_nobody_has_written_yet(document, school):
    found = look(document, school.bob, given={"calcul": 1})
    assert found.place is None
    assert found.edited_at is None
    assert (found.runs, found.cells) == (0, 1)


def test_the_place_is_the_cell_of_the_persons_last_edit(document, school):
    edit(document, school.bob.pk, write("x = 2\n"))
    found = look(document, school.bob)
    assert (found.place.number, found.place.kind) == (2, "code")
    assert found.place.text.lines[0] == "x = 2"
    assert found.edited_at is not None
    # A second look after more typing takes in the news alone.
    edit(document, school.bob.pk, write("Bonjour ", cell=0))
    assert look(document, school.bob).place.number == 1


def test_what_the_teacher_writes_does_not_move_the_pupils_place(document, school):
    edit(document, school.bob.pk, write("x = 2\n"))
    before = look(document, school.bob)
    edit(document, school.alice.pk, write("Bien ! ", cell=0))
    after = look(document, school.bob)
    assert after.place.cell_id == "calcul"
    assert after.edited_at == before.edited_at
    assert after.seq == before.seq + 1


def test_nothing_is_read_again_while_nobody_types(document, school, django_assert_num_queries):
    edit(document, school.bob.pk, write("x = 2\n"))
    first = look(document, school.bob)
    with django_assert_num_queries(1):
        assert look(document, school.bob) is first


def test_the_last_output_is_told_in_short_and_an_error_by_its_name(document, school):
    assert look(document, school.bob).place is None

    def fail(cells):
        error = {
            "output_type": "error",
            "ename": "NameError",
            "evalue": "name 'y' is not defined",
            "traceback": ["\x1b[31m…"],
        }
        del cells[1]["outputs"][0:2]
        cells[1]["outputs"].append(Map(error))
        cells[1]["execution_count"] = 4

    edit(document, school.bob.pk, fail)
    found = look(document, school.bob, given={"calcul": 1})
    assert found.place.output.kind == "error"
    assert found.place.output.text == "NameError: name 'y' is not defined"
    assert (found.runs, found.cells) == (1, 1)


def test_running_like_the_author_did_counts_as_running(document, school):
    """The lesson came with ``execution_count`` 1, and the pupil's first run gives 1 again."""
    look(document, school.bob)

    def run(cells):
        outputs = cells[1]["outputs"]
        del outputs[0:2]
        outputs.append(Map({"output_type": "stream", "name": "stdout", "text": Text("2\n")}))

    edit(document, school.bob.pk, run)
    found = look(document, school.bob, given={"calcul": 1})
    assert found.runs == 1
    assert found.place.output.text == "2"


def test_a_compacted_log_keeps_the_place_for_who_looked_before(document, school):
    edit(document, school.bob.pk, write("x = 2\n"))
    before = look(document, school.bob)
    edit(document, school.bob.pk, write("y = 3\n"))
    store.compact(document.pk)
    edit(document, school.alice.pk, write("Bien", cell=0))
    found = look(document, school.bob)
    assert found.place.cell_id == "calcul"
    assert found.place.text.lines[0] == "y = 3"
    assert found.edited_at >= before.edited_at


def test_documents_that_are_gone_are_left_out(project, document, school):
    wanted = Wanted(school.bob.pk, "bob", {})
    other = make_project(school.chloe)
    second = store.open_document(other.pk, "lesson.ipynb")
    assert set(glance.look({document.pk: wanted, second.pk: wanted})) == {document.pk, second.pk}
    second.delete()
    assert set(glance.look({document.pk: wanted, second.pk: wanted})) == {document.pk}


def test_long_cells_are_shown_around_the_last_edit():
    from candyce.collab.excerpt import BEFORE, LINES, get_excerpt

    source = "\n".join(f"ligne {number} é" for number in range(100))
    position = len(source[: source.index("ligne 50")].encode())
    found = get_excerpt(source, position)
    assert len(found.lines) == LINES
    assert found.lines[found.line].startswith("ligne 50")
    assert found.line == BEFORE
    assert (found.first, found.total) == (51 - BEFORE, 100)
    assert get_excerpt("", 12).lines == ("",)
    assert len(get_excerpt("x" * 10_000, 0).lines[0]) <= 160


def test_an_author_is_not_made_up(document):
    edit(document, None, write("x"))
    edit(document, uuid.uuid4(), write("y"))
    found = glance.look({document.pk: Wanted(uuid.uuid4(), "eve", {})})[document.pk]
    assert found.place is None


def test_an_error_is_told_wherever_it_stands_among_the_outputs():
    from candyce.collab.excerpt import get_output

    doc: Doc = Doc()
    outputs = doc.get("outputs", type=Array)
    assert get_output(outputs) is None
    outputs.append(
        Map({"output_type": "error", "ename": "ZeroDivisionError", "evalue": "", "traceback": []})
    )
    outputs.append(Map({"output_type": "stream", "name": "stdout", "text": ["a\n", "\x1b[1mb\n"]}))
    assert get_output(outputs).text == "ZeroDivisionError"
    del outputs[0]
    assert (get_output(outputs).kind, get_output(outputs).text) == ("text", "a\nb")
    outputs.append(Map({"output_type": "display_data", "data": {"image/png": "iVBO"}}))
    assert get_output(outputs).kind == "image"
