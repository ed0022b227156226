"""What was typed in an open notebook and never written to a file yet still counts."""

import io
import json
import zipfile

import pytest

from candyce.assignments import actions
from candyce.assignments.tests.conftest import make_notebook_bytes
from candyce.collab import store
from candyce.collab.actions import replace_notebook
from candyce.projects.blobs import read_blob


@pytest.fixture
def typed(classroom):
    """Bob's copy with a sentence that stands in the log of the live document only."""
    copy = classroom.open("bob")
    store.open_document(copy.project_id, "triangles.ipynb")
    notebook = json.loads(make_notebook_bytes("Ma dernière phrase"))
    bob = classroom.people["bob"]
    assert replace_notebook(copy.project, "triangles.ipynb", notebook, acting_user=bob)
    copy.project.refresh_from_db()
    assert "dernière" not in read(copy.project.tree)
    return copy


def read(tree):
    data = read_blob(tree["triangles.ipynb"][0])
    return "".join(json.loads(data)["cells"][0]["source"])  # nbformat allows a list of lines


def test_hand_in_pins_the_last_sentence(classroom, typed):
    handed = actions.hand_in(typed, acting_user=classroom.people["bob"])
    assert read(handed.handed_in_version.tree) == "Ma dernière phrase"


def test_return_pins_the_last_sentence(classroom, typed):
    [returned] = actions.return_copies([typed], acting_user=classroom.people["alice"])
    assert read(returned.returned_version.tree) == "Ma dernière phrase"


def test_teacher_sees_and_downloads_the_last_sentence(classroom, typed, portal):
    portal.force_login(classroom.people["alice"])
    page = portal.get(f"/assignments/copies/{typed.pk}/mark/").content.decode()
    assert "Ma dernière phrase" in page
    answer = portal.get(f"/assignments/{classroom.assignment.pk}/copies.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    text = archive.read("TEST_Bob/TEST_Bob.ipynb").decode()
    assert "Ma dernière phrase" in "".join(json.loads(text)["cells"][0]["source"])
