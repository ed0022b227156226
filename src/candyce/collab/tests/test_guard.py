"""Locked cells: whoever may not manage a project may run them, and nothing else."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import sync_to_async
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from candyce.collab import actions, notebook
from candyce.collab.queries import get_notebook
from candyce.collab.replica import Replica, load_doc
from candyce.collab.runs import Author
from candyce.collab.tests.conftest import make_project, make_token
from candyce.collab.updates import InvalidUpdate
from candyce.projects import tokens
from candyce.projects.models import Member, Project

in_database = sync_to_async
LOCK = {"editable": False, "deletable": False}
BOB = Author("bob", "Bob Test")


def code(cell_id: str, source: str, metadata: dict | None = None) -> dict:
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": metadata or {},
        "execution_count": None,
        "source": source,
        "outputs": [],
    }


def make(*cells: dict) -> bytes:
    return json.dumps(
        {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


EXERCISE = make(
    code("question", "# À vous", {"tags": ["libre"]}),
    code("tests", "assert carre(3) == 9", LOCK | {"nbgrader": {"locked": True}}),
    {"cell_type": "markdown", "id": "consigne", "metadata": LOCK, "source": "Écrivez `carre`."},
    code("fin", "carre(4)"),
)
SEED = notebook.make_seed(EXERCISE, limit=10**6)


def cells_of(doc: Doc) -> Array:
    return doc.get("cells", type=Array)


def find(doc: Doc, cell_id: str) -> tuple[int, Map]:
    return next((i, cell) for i, cell in enumerate(cells_of(doc)) if cell["id"] == cell_id)


class Page:
    """A page, honest or not, and the server's replica; ``send`` brings what the page did to the server."""

    def __init__(self, seed: bytes = SEED) -> None:
        self.server = Replica([seed])
        self.doc: Doc = Doc()
        self.doc.apply_update(seed)
        self._news: list[bytes] = []
        self._watch = self.doc.observe(lambda event: self._news.append(event.update))

    def send(self, *, guarded: bool = True, author: Author | None = None) -> bool:
        """Gives whether the server mended something; the page hears of it."""
        news, self._news = self._news, []
        repaired = False
        for update in news:
            applied = self.server.apply(update, guarded=guarded, author=author)
            repaired |= applied.repaired
            if applied.repaired and applied.news:
                self.doc.apply_update(applied.news)
        self._news.clear()
        return repaired

    def shown(self) -> dict[str, tuple]:
        cells = notebook.read(self.server.doc)["cells"]
        assert notebook.read(self.doc)["cells"] == cells
        return {
            cell["id"]: (
                cell["cell_type"],
                cell["source"],
                json.dumps(cell["metadata"], sort_keys=True),
            )
            for cell in cells
        }


@pytest.fixture
def page():
    return Page()


def type_into(page: Page) -> None:
    find(page.doc, "tests")[1]["source"] += "  # tant pis"


def empty_it(page: Page) -> None:
    source = find(page.doc, "tests")[1]["source"]
    del source[0 : len(source)]


def replace_source(page: Page) -> None:
    find(page.doc, "tests")[1]["source"] = Text("pass")


def delete_it(page: Page) -> None:
    del cells_of(page.doc)[find(page.doc, "tests")[0]]


def delete_all(page: Page) -> None:
    cells = cells_of(page.doc)
    del cells[0 : len(cells)]


def unlock_it(page: Page) -> None:
    metadata = find(page.doc, "tests")[1]["metadata"]
    with page.doc.transaction():
        del metadata["editable"]
        del metadata["deletable"]


def unlock_by_truth(page: Page) -> None:
    find(page.doc, "tests")[1]["metadata"]["editable"] = True


def replace_metadata(page: Page) -> None:
    find(page.doc, "tests")[1]["metadata"] = Map({})


def change_tags(page: Page) -> None:
    find(page.doc, "tests")[1]["metadata"]["nbgrader"] = {"locked": False}


def change_type(page: Page) -> None:
    find(page.doc, "consigne")[1]["cell_type"] = "raw"


def change_id(page: Page) -> None:
    find(page.doc, "tests")[1]["id"] = "autre"


def change_id_and_text(page: Page) -> None:
    cell = find(page.doc, "tests")[1]
    with page.doc.transaction():
        cell["id"] = "autre"
        cell["source"] = Text("pass")


def put_a_twin_before(page: Page) -> None:
    cells_of(page.doc).insert(0, notebook.make_cell(code("tests", "pass"), "tests"))


def attach(page: Page) -> None:
    find(page.doc, "consigne")[1]["attachments"] = {"x.png": {"image/png": "AAAA"}}


ATTACKS = (
    type_into,
    empty_it,
    replace_source,
    delete_it,
    delete_all,
    unlock_it,
    unlock_by_truth,
    replace_metadata,
    change_tags,
    change_type,
    change_id,
    change_id_and_text,
    put_a_twin_before,
    attach,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_a_pupil_does_to_a_locked_cell_is_put_back(page, attack):
    before = page.shown()
    attack(page)
    assert page.send()
    after = page.shown()
    for name in ("tests", "consigne"):
        assert after[name] == before[name]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_who_manages_may_change_it(page, attack):
    attack(page)
    assert not page.send(guarded=False)


def test_a_deleted_locked_cell_comes_back_in_its_place(page):
    delete_it(page)
    page.send()
    assert list(page.shown()) == ["question", "tests", "consigne", "fin"]


def test_the_rest_of_the_notebook_is_the_pupils(page):
    find(page.doc, "question")[1]["source"] += "\ndef carre(x): return x * x"
    cells_of(page.doc).append(notebook.make_cell(code("essai", "carre(5)"), "essai"))
    del cells_of(page.doc)[find(page.doc, "fin")[0]]
    find(page.doc, "question")[1]["metadata"]["tags"] = ["fait"]
    assert not page.send()
    assert list(page.shown()) == ["question", "tests", "consigne", "essai"]


def test_a_locked_cell_may_be_run_folded_and_moved(page):
    index, cell = find(page.doc, "tests")
    with page.doc.transaction():
        cell["execution_count"] = 3
        cell["outputs"].append(
            notebook.make_output({"output_type": "stream", "name": "stdout", "text": "ok"})
        )
        cell["metadata"]["collapsed"] = True
        cell["metadata"]["execution"] = {"iopub.status.busy": "2026-11-21T08:00:00Z"}
    assert not page.send()
    moved = notebook.read_cell(cell)
    with page.doc.transaction():
        del cells_of(page.doc)[index]
        cells_of(page.doc).append(notebook.make_cell(moved, "tests"))
    assert not page.send()
    assert list(page.shown()) == ["question", "consigne", "fin", "tests"]


def test_a_pasted_copy_of_a_locked_cell_is_an_ordinary_cell(page):
    copy = notebook.read_cell(find(page.doc, "tests")[1])
    cells_of(page.doc).append(notebook.make_cell(copy, "copie"))
    page.send()
    assert '"editable"' not in page.shown()["copie"][2]
    find(page.doc, "copie")[1]["source"] += "!"
    assert not page.send()


def test_locks_set_while_the_class_is_in_it_hold_from_then_on(page):
    teacher = Page()
    teacher.server = page.server
    metadata = find(teacher.doc, "question")[1]["metadata"]
    with teacher.doc.transaction():
        metadata["editable"] = False
    teacher.send(guarded=False)
    find(page.doc, "question")[1]["source"] += "  # déjà en train d'écrire"
    assert page.send()
    read = notebook.read(page.server.doc)["cells"][0]
    assert (read["source"], read["metadata"]["editable"]) == ("# À vous", False)


def test_several_pages_see_the_same_after_a_repair(page):
    other = Doc()
    other.apply_update(page.server.diff({}))
    delete_all(page)
    update = page._news.pop()
    applied = page.server.apply(update, guarded=True)
    assert applied.repaired
    other.apply_update(applied.news)
    assert notebook.read(other) == notebook.read(page.server.doc)
    again = load_doc([page.server.diff({})])
    assert notebook.read(again) == notebook.read(other)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(ATTACKS), min_size=1, max_size=6))
def test_no_series_of_attacks_gets_through(attacks):
    page = Page()
    before = page.shown()
    for attack in attacks:
        try:
            attack(page)
        except (StopIteration, KeyError):  # nothing left to attack before the repair arrives
            continue
    page.send()
    after = page.shown()
    assert (after["tests"], after["consigne"]) == (before["tests"], before["consigne"])
    page.server.close()


# -- who ran --------------------------------------------------------------------------------------


def run(page: Page, cell_id: str) -> None:
    find(page.doc, cell_id)[1]["outputs"].append(
        notebook.make_output({"output_type": "stream", "name": "stdout", "text": "16"})
    )


def runs_of(doc: Doc) -> dict:
    held = doc.get("state", type=Map).get("runs")
    return held.to_py() if held is not None else {}


def test_the_server_notes_who_ran_a_cell(page):
    run(page, "fin")
    page.send(author=BOB)
    noted = runs_of(page.doc)["fin"]
    assert (noted["by"], noted["username"]) == ("Bob Test", "bob")
    assert "runs" not in json.dumps(notebook.read(page.server.doc))
    run(page, "fin")
    assert not page.send(author=BOB), "the same person, the same minute"
    run(page, "fin")
    page.send(author=Author("alice", "Alice Test"))
    assert runs_of(page.doc)["fin"]["username"] == "alice"
    outputs = find(page.doc, "fin")[1]["outputs"]
    del outputs[0 : len(outputs)]
    page.send(author=BOB)
    assert "fin" not in runs_of(page.doc)


def test_nobody_signs_a_run_for_somebody_else(page):
    page.doc.get("state", type=Map)["runs"] = Map({"fin": {"by": "Alice", "username": "alice"}})
    with pytest.raises(InvalidUpdate):
        page.send(author=BOB)


def test_nor_changes_what_is_noted(page):
    run(page, "fin")
    page.send(author=BOB)
    page.doc.get("state", type=Map)["runs"]["fin"] = {"by": "Alice", "username": "alice"}
    with pytest.raises(InvalidUpdate):
        page.send(author=BOB)


# -- over the wire --------------------------------------------------------------------------------


@pytest.fixture
def lesson(school) -> Project:
    """Alice's notebook, in which Bob writes."""
    project = make_project(school.alice, {"lesson.ipynb": EXERCISE})
    Member.objects.create(project=project, user=school.bob, rights=["read", "write"])
    return project


@pytest.mark.django_db(transaction=True)
async def test_a_modified_client_cannot_write_to_a_locked_cell(live, school, lesson):
    everything = await in_database(make_token)(lesson, school.alice, *tokens.SCOPES)
    async with (
        live.client(lesson, school.bob) as bob,
        live.client(lesson, school.alice, token=everything) as alice,
    ):
        await bob.wait_for(bob.synced.is_set)
        await alice.wait_for(alice.synced.is_set)
        bob.type(1, " # contourné")
        await bob.wait_saved()
        await bob.wait_for(lambda: bob.source(1) == "assert carre(3) == 9")
        with alice.doc.transaction():
            alice.cells[0]["metadata"]["editable"] = False
        await alice.wait_saved()
        await bob.wait_for(lambda: bob.cells[0]["metadata"].get("editable") is False)
        bob.type(0, " # trop tard")
        await bob.wait_for(lambda: bob.source(0) == "# À vous" and bob.saved >= bob.sent)
        alice.type(1, "\n# corrigé")
        await alice.wait_saved()
        await bob.wait_for(lambda: bob.source(1).endswith("# corrigé"))
        assert not bob.rejected
    stored = await in_database(get_notebook)(lesson, "lesson.ipynb")
    assert [cell["source"] for cell in stored["cells"]][:2] == [
        "# À vous",
        "assert carre(3) == 9\n# corrigé",
    ]


@pytest.mark.django_db
def test_nor_does_a_file_that_is_saved_over_it_or_taken_away(editor, school, lesson):
    head = {"HTTP_AUTHORIZATION": f"Bearer {make_token(lesson, school.bob)}"}
    forged = json.loads(EXERCISE)
    forged["cells"] = [code("tests", "pass"), code("mien", "1")]
    body = {"type": "notebook", "format": "json", "content": forged}
    answer = editor.put("/api/files/lesson.ipynb", body, content_type="application/json", **head)
    assert answer.status_code == 200
    stored = get_notebook(lesson, "lesson.ipynb")
    sources = {cell["id"]: cell["source"] for cell in stored["cells"]}
    assert sources["tests"] == "assert carre(3) == 9"
    assert sources["consigne"] == "Écrivez `carre`."
    assert sources["mien"] == "1"
    for method, data in (("delete", None), ("patch", {"path": "ailleurs.ipynb"})):
        call = getattr(editor, method)
        answer = call("/api/files/lesson.ipynb", data, content_type="application/json", **head)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "locked")
    head = {"HTTP_AUTHORIZATION": f"Bearer {make_token(lesson, school.alice, *tokens.SCOPES)}"}
    assert editor.delete("/api/files/lesson.ipynb", **head).status_code == 204


@pytest.mark.django_db
def test_candyce_itself_is_not_held_by_locks(school, lesson):
    actions.store.open_document(lesson.pk, "lesson.ipynb")
    new = json.loads(make(code("neuf", "1")))
    assert actions.replace_notebook(lesson, "lesson.ipynb", new, acting_user=None)
    assert [cell["id"] for cell in get_notebook(lesson, "lesson.ipynb")["cells"]] == ["neuf"]
