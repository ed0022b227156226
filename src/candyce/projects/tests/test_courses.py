"""Importing nbgrader's courses."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from candyce.exercises.tests import peer
from candyce.exercises.tests.notebooks import SQUARE, exercise, make_notebook
from candyce.lib.errors import CandyceError
from candyce.projects.blobs import read_blob
from candyce.projects.courses import import_upload
from candyce.projects.models import Project

OLD = make_notebook(exercise("tests", "t", "assert 1"))
OLD["cells"][0]["metadata"]["nbgrader"] = {
    "schema_version": 1, "grade": True, "solution": False, "locked": True, "grade_id": "t", "points": 2.0,
}  # fmt: skip


def make_zip(files: dict[str, object]) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in files.items():
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            archive.writestr(path, data)
    target.seek(0)
    return target


def make_course(root: str = "") -> dict[str, object]:
    return {
        f"{root}nbgrader_config.py": b"c = get_config()",
        f"{root}source/ps1/square.ipynb": SQUARE,
        f"{root}source/ps1/data/points.csv": b"1,2",
        f"{root}source/ps2/old.ipynb": OLD,
        f"{root}submitted/bob/ps1/square.ipynb": SQUARE,
    }


def load(user, files, name="course.zip"):
    file = make_zip(files)
    return import_upload(file, name, file.getbuffer().nbytes, acting_user=user)


def read_notebook(project, path):
    return json.loads(read_blob(project.tree[path][0]))


@pytest.mark.parametrize("root", ["", "course101/"])
def test_each_assignment_becomes_a_project_with_the_authors_version(school, root):
    first, second = load(school.alice, make_course(root))

    assert (first.title, sorted(first.tree)) == ("ps1", ["data/points.csv", "square.ipynb"])
    assert read_notebook(first, "square.ipynb") == SQUARE
    assert (second.title, second.owner) == ("ps2", school.alice)
    assert read_notebook(second, "old.ipynb") == peer.upgrade(OLD)


def test_a_course_in_the_folder_source_alone_is_found(school):
    files = {"source/ps1/square.ipynb": SQUARE}

    assert [project.title for project in load(school.alice, files)] == ["ps1"]


def test_a_folder_named_source_is_an_ordinary_project(school):
    plain = make_notebook()
    (project,) = load(school.alice, {"source/ps1/a.ipynb": plain, "b.ipynb": plain}, "mine.zip")

    assert (project.title, sorted(project.tree)) == ("mine", ["b.ipynb", "source/ps1/a.ipynb"])


def test_a_pupils_zip_is_one_project(school):
    (project,) = load(school.bob, make_course())

    assert "source/ps1/square.ipynb" in project.tree


def test_one_bad_notebook_keeps_the_whole_course_out(school):
    with pytest.raises(CandyceError):
        load(school.alice, make_course() | {"source/ps3/x.ipynb": b'{"nbgrader": '})

    assert not Project.objects.exists()


def test_a_notebook_of_an_older_nbgrader_is_upgraded(school):
    data = json.dumps(OLD).encode()
    (project,) = import_upload(io.BytesIO(data), "old.ipynb", len(data), acting_user=school.bob)

    assert read_notebook(project, "old.ipynb") == peer.upgrade(OLD)


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK" + b"\0" * 100])
def test_a_damaged_zip_is_said(school, data):
    with pytest.raises(CandyceError):
        import_upload(io.BytesIO(data), "course.zip", len(data), acting_user=school.alice)


def test_a_teacher_imports_a_course_on_the_page(school, portal):
    portal.force_login(school.alice)
    assert "nbgrader" in portal.get("/projects/import/").content.decode()

    upload = SimpleUploadedFile("course.zip", make_zip(make_course()).getvalue())
    answer = portal.post("/projects/import/", {"file": upload}, follow=True)

    assert answer.redirect_chain[-1][0] == "/projects/"
    page = answer.content.decode()
    assert "ps1, ps2" in page
    portal.force_login(school.bob)
    assert "nbgrader" not in portal.get("/projects/import/").content.decode()
