"""The log in the database: append, load, compact, materialise."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycrdt import Array

from candyce.accounts.models import AuditEntry
from candyce.collab import actions, notebook, store
from candyce.collab.models import DocumentUpdate, LiveDocument
from candyce.collab.queries import get_notebook
from candyce.collab.replica import Replica
from candyce.collab.tests.conftest import NOTEBOOK, make_project
from candyce.lib.errors import NotFound
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project

pytestmark = pytest.mark.django_db


def type_into(document_id: int, text: str, cell: int = 0, at: int = 0) -> bytes:
    """What a page's edit does to the log."""
    replica = Replica(store.load(document_id).updates)
    news = replica.edit(lambda doc: doc.get("cells", type=Array)[cell]["source"].insert(at, text))
    store.append({document_id: [store.Entry(news, None)]})
    return news


@pytest.fixture
def document(project) -> LiveDocument:
    return store.open_document(project.pk, "lesson.ipynb")


def read(document: LiveDocument) -> dict:
    return notebook.read(Replica(store.load(document.pk).updates).doc)


def test_opening_twice_gives_the_same_document(project, document):
    assert store.open_document(project.pk, "lesson.ipynb") == document
    assert DocumentUpdate.objects.count() == 1


@pytest.mark.parametrize("path", ["none.ipynb", "../lesson.ipynb", "", "lesson.ipynb/"])
def test_only_notebooks_of_the_project_can_be_opened(project, path):
    with pytest.raises(NotFound):
        store.open_document(project.pk, path)


def test_a_document_is_never_built_from_the_file_again(project, document):
    type_into(document.pk, "typed ")
    Project.objects.filter(pk=project.pk).update(
        tree=make_project(project.owner, {"lesson.ipynb": b"{}"}).tree
    )
    assert store.open_document(project.pk, "lesson.ipynb") == document
    assert read(document)["cells"][0]["source"].startswith("typed ")


def test_numbers_have_no_gaps_and_belong_to_each_document(school, document):
    other = store.open_document(make_project(school.bob).pk, "lesson.ipynb")
    entry = store.Entry(b"\x00\x00", school.bob.pk)
    assert store.append({document.pk: [entry] * 3, other.pk: [entry]}) == {
        document.pk: 4,
        other.pk: 2,
    }
    assert store.append({document.pk: [entry], 10**9: [entry]}) == {document.pk: 5}
    seqs = DocumentUpdate.objects.filter(document=document).values_list("seq", flat=True)
    assert list(seqs) == [1, 2, 3, 4, 5]
    assert DocumentUpdate.objects.get(document=document, seq=5).author_id == school.bob.pk


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(
    steps=st.lists(
        st.sampled_from(["type", "type", "compact", "materialise", "replace"]), max_size=12
    )
)
def test_log_and_snapshot_always_make_the_same_document(school, steps):
    project = make_project(school.bob)
    document = store.open_document(project.pk, "lesson.ipynb")
    expected = json.loads(json.dumps(NOTEBOOK))
    for number, step in enumerate(steps):
        if step == "type":
            type_into(document.pk, f"[{number}]")
            expected["cells"][0]["source"] = f"[{number}]" + expected["cells"][0]["source"]
        elif step == "compact":
            actions.compact(document.pk)
        elif step == "materialise":
            actions.materialise(project)
        else:
            expected["cells"][1]["source"] = str(number)
            actions.replace_notebook(project, "lesson.ipynb", expected, acting_user=school.bob)
        assert read(document) == expected
    document.refresh_from_db()
    tail = DocumentUpdate.objects.filter(document=document).values_list("seq", flat=True)
    assert list(tail) == list(range(document.snapshot_seq + 1, document.last_seq + 1))
    actions.materialise(project)
    project.refresh_from_db()
    seed = notebook.make_seed(read_blob(project.tree["lesson.ipynb"][0]), limit=10**6)
    assert notebook.read(Replica([seed]).doc) == expected


def test_materialising_writes_what_changed_and_only_then(project, document):
    assert actions.materialise(project) == []
    type_into(document.pk, "x")
    before = project.tree["lesson.ipynb"]
    assert actions.materialise(project) == ["lesson.ipynb"]
    assert project.tree["lesson.ipynb"][0] != before[0]
    assert actions.materialise(project) == []


def test_an_edit_during_materialising_leaves_the_document_stale(project, document, monkeypatch):
    type_into(document.pk, "first ")
    real = actions.do_store_blob

    def meanwhile(data):
        type_into(document.pk, "second ")
        return real(data)

    monkeypatch.setattr(actions, "do_store_blob", meanwhile)
    actions.materialise(project)
    monkeypatch.setattr(actions, "do_store_blob", real)
    assert b"second" not in read_blob(project.tree["lesson.ipynb"][0])
    assert actions.materialise(project) == ["lesson.ipynb"]
    assert b"second first" in read_blob(project.tree["lesson.ipynb"][0])


def test_a_file_that_was_deleted_is_not_brought_back(project, document):
    type_into(document.pk, "x")
    project.tree = {}
    project.save()
    assert actions.materialise(project) == []
    project.refresh_from_db()
    assert project.tree == {}


def test_a_content_that_nbformat_refuses_leaves_the_last_good_file(project, document, monkeypatch):
    type_into(document.pk, "x")
    monkeypatch.setattr(notebook, "make_valid", lambda _content: None)
    before = dict(project.tree)
    assert actions.materialise(project) == []
    project.refresh_from_db()
    assert project.tree == before


def test_a_long_log_is_compacted_along_the_way(project, document, monkeypatch):
    monkeypatch.setattr(actions.limits, "COMPACT_AFTER", 3)
    for _ in range(4):
        type_into(document.pk, "x")
    actions.materialise(project)
    assert DocumentUpdate.objects.count() == 0
    assert read(document)["cells"][0]["source"].startswith("xxxx")


def test_a_crash_in_the_middle_of_compaction_changes_nothing(project, document, monkeypatch):
    type_into(document.pk, "x")
    before = read(document)

    def crash(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "make_chunks", crash)
        with pytest.raises(KeyboardInterrupt):
            actions.compact(document.pk)
    assert read(document) == before
    assert DocumentUpdate.objects.count() == 2


def test_reading_asks_for_the_live_content(project, document):
    type_into(document.pk, "now ")
    assert get_notebook(project, "lesson.ipynb")["cells"][0]["source"] == "now # Été 😀"
    assert get_notebook(project, "none.ipynb") is None


def test_replacing_is_recorded_and_says_no_where_nothing_is_live(school, project, document):
    content = read(document)
    content["cells"][0]["source"] = "new"
    assert actions.replace_notebook(project, "lesson.ipynb", content, acting_user=school.bob)
    entry = AuditEntry.objects.get(verb="replace_notebook")
    assert (entry.actor, entry.data) == (school.bob, {"path": "lesson.ipynb"})
    assert DocumentUpdate.objects.get(seq=2).author_id == school.bob.pk
    assert not actions.replace_notebook(project, "none.ipynb", content, acting_user=school.bob)


def test_a_rename_takes_the_place_of_what_was_there(school, document, project):
    actions.rename_document(project, "lesson.ipynb", "b.ipynb", acting_user=school.bob)
    document.refresh_from_db()
    assert document.path == "b.ipynb"
    actions.delete_document(project, "b.ipynb", acting_user=school.bob)
    assert not LiveDocument.objects.exists()


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_log_that_another_process_compacts_while_it_is_read_is_read_whole(
    document, monkeypatch, goes_on
):
    type_into(document.pk, "A")
    type_into(document.pk, "B")
    read_tail = store._read_tail

    def compact_first(document_id, seq):
        monkeypatch.setattr(store, "_read_tail", read_tail)
        store.compact(document_id)
        if goes_on:
            type_into(document_id, "C")
        return read_tail(document_id, seq)

    monkeypatch.setattr(store, "_read_tail", compact_first)
    content = store.load(document.pk)
    assert content.seq == content.snapshot_seq + len(content.updates) - 1 == (4 if goes_on else 3)
    shown = notebook.read(Replica(content.updates).doc)
    assert shown["cells"][0]["source"].startswith("CBA" if goes_on else "BA")


@pytest.mark.parametrize("goes_on", [False, True])
def test_the_rest_of_a_log_that_is_compacted_meanwhile_is_not_taken_for_the_whole_rest(
    document, monkeypatch, goes_on
):
    type_into(document.pk, "A")
    read_tail = store._read_tail

    def compact_first(document_id, seq):
        monkeypatch.setattr(store, "_read_tail", read_tail)
        store.compact(document_id)
        if goes_on:
            type_into(document_id, "C")
        return read_tail(document_id, seq)

    monkeypatch.setattr(store, "_read_tail", compact_first)
    assert store.load_since(document.pk, 1) is None
