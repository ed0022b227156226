"""Notebooks through the editor's API: never trusted, and in step with their live documents."""

from __future__ import annotations

import base64
import json

import pytest

from candyce.projects.models import Project
from candyce.projects.notebooks import make_notebook
from candyce.projects.tests.projects import make_sorting_project


@pytest.fixture
def project(school) -> Project:
    return make_sorting_project(school)


def trusted_notebook():
    notebook = make_notebook("Trap")
    notebook["cells"][1]["metadata"]["trusted"] = True
    notebook["metadata"]["trusted"] = True
    return notebook


def assert_untrusted(project, path):
    from candyce.projects.blobs import read_blob

    project.refresh_from_db()
    assert b"trusted" not in read_blob(project.tree[path][0])


@pytest.mark.parametrize("disguise", ["notebook", "text", "base64", "rename", "copy-rename"])
def test_no_way_in_leaves_a_cell_trusted(open_page, school, project, disguise):
    page = open_page(school.bob, project)
    text = json.dumps(trusted_notebook())
    bodies = {
        "notebook": {"type": "notebook", "format": "json", "content": trusted_notebook()},
        "text": {"type": "file", "format": "text", "content": text},
        "base64": {
            "type": "file",
            "format": "base64",
            "content": base64.b64encode(text.encode()).decode(),
        },
    }
    path = "t.ipynb" if disguise in bodies else "t.txt"
    assert page.call("PUT", f"files/{path}", bodies.get(disguise, bodies["text"]))[0] == 201
    if disguise == "copy-rename":
        page.call("POST", "files/data", {"copy_from": "t.txt"})
        assert page.call("PATCH", "files/data/t.txt", {"path": "data/T.IPYNB"})[0] == 200
        assert_untrusted(project, "data/T.IPYNB")
    elif disguise == "rename":
        assert page.call("PATCH", "files/t.txt", {"path": "t.ipynb"})[0] == 200
        assert_untrusted(project, "t.ipynb")
    else:
        assert_untrusted(project, "t.ipynb")


def test_renaming_a_folder_cannot_hide_a_false_notebook(open_page, school, project):
    page = open_page(school.bob, project)
    page.call("PUT", "files/a.txt", {"type": "file", "format": "text", "content": "not json"})
    assert page.code("PATCH", "files/a.txt", {"path": "a.ipynb"}) == (422, "invalid_notebook")
    project.refresh_from_db()
    assert "a.txt" in project.tree


def test_an_empty_file_named_like_a_notebook_becomes_one(open_page, school, project):
    page = open_page(school.bob, project)
    assert (
        page.call("PUT", "files/k.ipynb", {"type": "file", "format": "text", "content": ""})[0]
        == 201
    )
    assert page.call("GET", "files/k.ipynb")[1]["content"]["nbformat_minor"] == 5


def test_reading_a_notebook_reads_the_live_document(open_page, school, project, live_documents):
    live_documents.contents[project.pk, "Tri.ipynb"] = make_notebook("Typed now")
    page = open_page(school.chloe, project)
    _status, model = page.call("GET", "files/Tri.ipynb")
    assert model["content"]["cells"][0]["source"] == "# Typed now"
    assert model["hash"] == page.call("GET", "files/Tri.ipynb?content=0")[1]["hash"]


def test_saving_over_a_live_document_goes_through_it(open_page, school, project, live_documents):
    live_documents.contents[project.pk, "Tri.ipynb"] = make_notebook("Before")
    body = {"type": "notebook", "format": "json", "content": make_notebook("After")}
    status, model = open_page(school.bob, project).call("PUT", "files/Tri.ipynb", body)
    assert status == 200
    live = live_documents.contents[project.pk, "Tri.ipynb"]
    assert live["cells"][0]["source"] == "# After"
    project.refresh_from_db()
    assert project.tree["Tri.ipynb"][0] == model["hash"]


def test_live_documents_follow_their_files(open_page, school, project, live_documents):
    page = open_page(school.bob, project)
    page.call("PATCH", "files/Tri.ipynb", {"path": "data/Tri.ipynb"})
    page.call("PATCH", "files/data", {"path": "d"})
    page.call("DELETE", "files/d")
    calls = live_documents.calls  # the database chooses the order within a folder
    assert calls[0] == ("renamed", "Tri.ipynb", "data/Tri.ipynb")
    assert set(calls[1:3]) == {
        ("renamed", "data/été.csv", "d/été.csv"),
        ("renamed", "data/Tri.ipynb", "d/Tri.ipynb"),
    }
    assert set(calls[3:]) == {("deleted", "d/été.csv"), ("deleted", "d/Tri.ipynb")}
