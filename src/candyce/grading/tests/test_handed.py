"""A file handed in as an answer stands beside it, as it was handed in; nothing in it runs."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from candyce.assignments import access, actions
from candyce.assignments.tests.pages import assert_clean
from candyce.grading.tests.marked import as_, classroom
from candyce.grading.tests.notebooks import make_cell, nbgrader, to_bytes
from candyce.projects.actions import create_project
from candyce.projects.files import save_file

__all__ = ["as_", "classroom"]

QUESTION = {"question": {"kind": "file", "key": {}, "accept": [".csv"]}}
HOSTILE = "<script>alert(1)</script>"


def make_notebook(answer: str) -> bytes:
    source = f"## Vos mesures\n\n**Fichier :** {answer}"
    meta = {"nbgrader": nbgrader("mesures", "manual", 2), "candyce": QUESTION}
    return to_bytes([make_cell("markdown", "mesures", source, **meta)])


@pytest.fixture
def hand_in(classroom):
    """Bob's copy, handed in with this answer and these files."""
    alice, bob = classroom.people["alice"], classroom.people["bob"]
    project = create_project(
        acting_user=alice, title="Mesures", files={"tp.ipynb": make_notebook("")}
    )
    assignment = actions.give(
        acting_user=alice,
        classes=[classroom.school.school_class],
        title="Mesures",
        project=project,
    )

    def make(answer: str, **files: bytes):
        copy = actions.open_copy(access.get_assignment(bob, assignment.pk), acting_user=bob)
        body = json.loads(make_notebook(answer))
        save_file(copy.project, "tp.ipynb", json.dumps(body).encode(), acting_user=bob)
        for name, data in files.items():
            save_file(copy.project, name, data, acting_user=bob)
        return actions.hand_in(access.get_copy(bob, copy.pk), acting_user=bob)

    return make


def show(client, copy) -> str:
    page = client.get(reverse("grading:question", args=[copy.assignment_id, 1]))
    text = page.content.decode()
    assert_clean(text)
    return text


def test_the_teacher_reads_the_file_beside_the_answer(hand_in, as_):
    copy = hand_in("mesures.csv", **{"mesures.csv": f"t;v\n0;{HOSTILE}\n".encode()})
    client = as_("alice")
    text = show(client, copy)
    assert '<th scope="col">v</th>' in text
    assert "&lt;script&gt;" in text
    address = reverse("grading:handed", args=[copy.pk])
    assert f'href="{address}?path=mesures.csv"' in text
    got = client.get(address, {"path": "mesures.csv"})
    assert got.content.startswith(b"t;v")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert "mesures.csv" in client.get(reverse("grading:copy", args=[copy.pk])).content.decode()


def test_an_image_is_shown_and_runs_nothing(hand_in, as_):
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    copy = hand_in("figure.svg", **{"figure.svg": drawn})
    client = as_("alice")
    address = reverse("grading:handed", args=[copy.pk])
    assert f'<img src="{address}?path=figure.svg' in show(client, copy)
    got = client.get(address, {"path": "figure.svg"})
    assert got.headers["Content-Type"] == "image/svg+xml"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["Content-Disposition"].startswith("attachment")


def test_a_file_that_is_not_there_is_said(hand_in, as_):
    copy = hand_in(f"../{HOSTILE}.csv")
    client = as_("alice")
    assert "notice-warning" in show(client, copy)
    for path in ("", "absent.csv", "../tp.ipynb", "/etc/passwd", "a\0b"):
        answer = client.get(reverse("grading:handed", args=[copy.pk]), {"path": path})
        assert answer.status_code == 404, path


def test_what_changed_after_handing_in_is_not_shown(hand_in, as_, classroom):
    copy = hand_in("mesures.csv", **{"mesures.csv": b"t;v\n0;1\n"})
    save_file(copy.project, "mesures.csv", b"t;v\n0;later\n", acting_user=classroom.people["alice"])
    assert "later" not in show(as_("alice"), copy)


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("zoe", 404), ("charlie", 404)])
def test_only_who_marks_has_the_file(hand_in, as_, name, status):
    copy = hand_in("mesures.csv", **{"mesures.csv": b"t;v\n0;1\n"})
    address = reverse("grading:handed", args=[copy.pk])
    assert as_(name).get(address, {"path": "mesures.csv"}).status_code == status
