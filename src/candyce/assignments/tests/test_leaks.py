"""Solutions, hidden tests and keys: everything that a pupil can reach is looked through for them."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest

from candyce.assignments import access, actions, sources
from candyce.assignments.tests.exercises import (
    PUBLIC,
    SECRETS,
    make_exercises,
    make_exercises_world,
    publish,
)
from candyce.collab import store
from candyce.collab.models import DocumentUpdate, LiveDocument
from candyce.collab.tests.conftest import live  # noqa: F401 (a fixture)
from candyce.grading.models import Answer, Sheet
from candyce.lib.errors import CandyceError
from candyce.library.models import Resource
from candyce.projects import tokens
from candyce.projects.access import visible_to
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project, Version


@pytest.fixture
def world(classroom, tmp_path):
    return make_exercises_world(classroom, tmp_path)


@pytest.fixture
def browsers(portal, editor):
    return portal, editor


def find_secrets(data: bytes) -> list[str]:
    """The secrets in anything: text, JSON with escapes, HTML, a zip, an update of Yjs."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"\n".join(archive.read(name) for name in archive.namelist())
    text = data.decode("utf-8", "replace")
    # A pair is told by both its sides on one line.
    text = re.sub(r"(zpair-\w)\W{1,12}(?:\\u2192|→|&rarr;)\W{1,12}(zpair-\w)", r"\1 \2", text)
    return [secret for secret in SECRETS if secret in text]


def read(response) -> bytes:
    assert response.status_code == 200, response.status_code
    return b"".join(response.streaming_content) if response.streaming else response.content


class Visit:
    """A person's browser on the portal, and their page in the editor on one project."""

    def __init__(self, portal, editor, user, project):
        portal.force_login(user)
        self.portal, self.editor, self.user, self.project = portal, editor, user, project

    def get(self, path: str) -> bytes:
        return read(self.portal.get(path.format(pk=self.project.pk)))

    def api(self, path: str) -> bytes:
        scopes = ("read", "write", "submit", "comment")
        token = tokens.issue(self.project.pk, self.user.pk, scopes).encode()
        return read(self.editor.get(f"/api/{path}", HTTP_AUTHORIZATION=f"Bearer {token}"))

    def duplicate(self) -> bytes:
        response = self.portal.post(f"/projects/{self.project.pk}/duplicate/")
        return self.portal.get(f"{response.url}export/").content


DOORS: dict[str, Callable[[Visit], bytes]] = {
    "project's page": lambda one: one.get("/projects/{pk}/"),
    "file's page": lambda one: one.get("/projects/{pk}/file/?path=exo.ipynb"),
    "zip": lambda one: one.get("/projects/{pk}/export/"),
    "one file": lambda one: one.get("/projects/{pk}/export/?path=exo.ipynb"),
    "duplicate": Visit.duplicate,
    "API project": lambda one: one.api("project"),
    "API tree": lambda one: one.api("tree"),
    "API contents": lambda one: one.api("files/exo.ipynb"),
    "API contents as text": lambda one: one.api("files/exo.ipynb?format=text"),
    "API folder": lambda one: one.api("files/"),
    "API raw": lambda one: one.api("raw/exo.ipynb"),
}
COPY_DOORS: dict[str, Callable[[Visit], bytes]] = DOORS | {
    "copy's page": lambda one: one.get(f"/assignments/copies/{one.project.copy.pk}/"),
    "my work": lambda one: one.get("/my-work/"),
    "history": lambda one: one.get("/projects/{pk}/history/?path=exo.ipynb"),
    "moment": lambda one: one.get("/projects/{pk}/history/moment/?path=exo.ipynb"),
    "play": lambda one: one.get("/projects/{pk}/history/play/?path=exo.ipynb"),
    "frames": lambda one: one.get(
        "/projects/{pk}/history/frames/?path=exo.ipynb&from=0&count=5&full=1"
    ),
    "compare": lambda one: one.get("/projects/{pk}/history/compare/?path=exo.ipynb"),
    "log": lambda one: b"".join(
        bytes(update.data)
        for update in DocumentUpdate.objects.filter(document__project=one.project)
    ),
    "versions": lambda one: b"".join(
        read_blob(entry[0])
        for version in Version.objects.filter(project=one.project)
        for entry in version.tree.values()
    ),
    "base": lambda one: b"".join(
        read_blob(entry[0]) for entry in one.project.forked_from.tree.values()
    ),
}
# Doors behind which the notebook itself stands.
SHOWING = {
    "zip", "one file", "duplicate", "API contents", "API contents as text", "API raw", "moment",
    "log", "versions", "base",
}  # fmt: skip


@pytest.mark.parametrize("door", COPY_DOORS)
def test_nothing_in_a_copy_tells_a_secret(door, world, classroom, portal, editor):
    bob = classroom.people["bob"]
    store.open_document(world.copy.project_id, "exo.ipynb")
    actions.hand_in(world.copy, acting_user=bob)
    actions.take_back(world.copy, acting_user=bob)
    visit = Visit(portal, editor, bob, Project.objects.get(pk=world.copy.project_id))

    found = COPY_DOORS[door](visit)

    assert find_secrets(found) == []
    if door in SHOWING:
        assert PUBLIC.encode() in found or found.startswith(b"PK")


@pytest.mark.parametrize("door", sorted(SHOWING & DOORS.keys()))
def test_the_same_doors_of_the_authors_project_show_every_secret(
    door, world, classroom, portal, editor
):
    visit = Visit(portal, editor, classroom.people["alice"], world.project)

    assert find_secrets(DOORS[door](visit)) == list(SECRETS)


@pytest.mark.parametrize("door", DOORS)
def test_nothing_in_a_resource_tells_a_secret_to_who_does_not_teach(
    door, world, classroom, portal, editor
):
    visit = Visit(portal, editor, classroom.people["bob"], world.resource.released.project)

    assert find_secrets(DOORS[door](visit)) == []


@pytest.mark.parametrize("place", ["project", "resource"])
@pytest.mark.parametrize("name", ["bob", "admin", "inspector"])
def test_the_authors_version_is_nowhere_for_who_does_not_teach(
    place, name, world, classroom, browsers
):
    portal, editor = browsers
    user = classroom.people[name]
    project = world.project if place == "project" else world.resource.version.project
    portal.force_login(user)
    for version in Version.objects.filter(project=project):
        url = f"/projects/{project.pk}/versions/{version.pk}/duplicate/"
        assert portal.post(url).status_code == 404
        with pytest.raises(CandyceError):
            sources.get_source(user, version=str(version.pk))
    for end in (
        "",
        "open/",
        "export/",
        "file/?path=exo.ipynb",
        "history/",
        "history/frames/?path=exo.ipynb",
    ):
        assert portal.get(f"/projects/{project.pk}/{end}").status_code == 404
    token = tokens.issue(project.pk, user.pk, ("read", "write")).encode()
    for path in ("project", "tree", "files/exo.ipynb", "raw/exo.ipynb"):
        assert editor.get(f"/api/{path}", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 404
    assert not visible_to(user).filter(pk=project.pk).exists()


def test_the_librarys_pages_tell_no_secret_to_who_does_not_teach(world, classroom, portal):
    portal.force_login(classroom.people["bob"])

    page = portal.get("/library/exercices/").content
    adapted = portal.post("/library/exercices/adapt/")
    project = portal.get(f"{adapted.url}export/").content

    assert find_secrets(page) == find_secrets(project) == []
    assert PUBLIC.encode() in page
    assert str(world.resource.version.project_id).encode() not in page


def test_a_teacher_reads_the_authors_version_in_the_library(world, classroom, portal):
    portal.force_login(classroom.people["charlie"])

    page = portal.get("/library/exercices/").content

    assert {"zsolution", "zhidden", "zanswer"} <= set(find_secrets(page))


@pytest.mark.parametrize("secret", ["zsolution", "zhidden", "zanswer", "zmanual"])
@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_secret_cannot_be_found_out_by_searching_for_it(secret, name, world, classroom, portal):
    portal.force_login(classroom.people[name])

    assert "Exercices à donner" not in portal.get("/library/", {"q": secret}).content.decode()
    assert "Exercices à donner" in portal.get("/library/", {"q": PUBLIC}).content.decode()


def test_a_resource_that_once_had_secrets_keeps_them_when_it_is_renewed(world, classroom):
    first = world.resource.version.project
    plain = {
        "exo.ipynb": json.dumps(
            {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        ).encode()
    }

    renewed = publish(plain)

    assert renewed.version.project == first
    assert renewed.released.project == world.resource.released.project
    assert not visible_to(classroom.people["bob"]).filter(pk=first.pk).exists()


def test_a_resource_without_exercises_is_one_project_for_all(world, classroom):
    Resource.objects.all().delete()
    plain = {
        "exo.ipynb": json.dumps(
            {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        ).encode()
    }

    resource = publish(plain)

    assert resource.released is None
    assert visible_to(classroom.people["bob"]).filter(pk=resource.version.project_id).exists()


def test_the_sync_stream_of_a_copy_tells_no_secret(live, classroom, tmp_path):  # noqa: F811
    world = make_exercises_world(classroom, tmp_path)
    bob, alice = classroom.people["bob"], classroom.people["alice"]

    async def fetch(project, user):
        async with live.client(project, user, "exo.ipynb") as client:
            await client.wait_for(client.synced.is_set)
            return client.doc.get_update() + json.dumps(client.status).encode()

    told = asyncio.run(fetch(world.copy.project, bob))
    assert find_secrets(told) == []
    assert PUBLIC.encode() in told
    released = asyncio.run(fetch(world.resource.released.project, bob))
    assert find_secrets(released) == []
    assert "zsolution" in find_secrets(asyncio.run(fetch(world.project, alice)))

    async def knock(project, user):
        async with live.client(project, user, "exo.ipynb") as client:
            return await client.wait_closed(), client.doc.get_update()

    for closed in (world.project, world.resource.version.project):
        code, told = asyncio.run(knock(closed, bob))
        assert code in {4403, 4404}
        assert find_secrets(told) == []


def test_what_comes_back_tells_nothing_of_a_hidden_test(world, classroom, portal, editor):
    copy, bob = world.copy, classroom.people["bob"]
    sheet = Sheet.objects.create(copy=copy, state="done")
    told = {"message": "zhidden", "error": "zhidden", "expected": "zanswer", "given": "zsolution"}
    detail = [
        {"name": "Test 1", "status": "failed", "hidden": True, **told},
        {"name": "", "status": "wrong", "hidden": False, "expected": "zaccepted"},
    ]
    answer = Answer.objects.create(
        sheet=sheet, path="exo.ipynb", grade_id="t", question_id="f", order=1, kind="tests",
        points_max=1, auto_points=0, auto_detail=detail,
    )  # fmt: skip
    actions.return_copies([copy], acting_user=classroom.people["alice"])
    visit = Visit(portal, editor, bob, Project.objects.get(pk=copy.project_id))

    page = visit.get(f"/assignments/copies/{copy.pk}/")

    assert b"Test 1" in page
    assert find_secrets(page + visit.api("project") + visit.get("/my-work/")) == []
    for path in (
        f"assignments/{world.assignment.pk}/marking/",
        f"assignments/{world.assignment.pk}/marking/table/",
        f"assignments/{world.assignment.pk}/marking/1/",
        f"assignments/copies/{copy.pk}/marking/",
        f"assignments/copies/{copy.pk}/mark/",
        f"assignments/copies/{copy.pk}/answers/{answer.pk}/",
        f"assignments/{world.assignment.pk}/copies.zip",
        f"assignments/{world.assignment.pk}/board/",
        f"assignments/{world.assignment.pk}/",
    ):
        assert portal.get(f"/{path}").status_code in {403, 404, 405}, path
        assert portal.post(f"/{path}").status_code in {403, 404, 405}, path


# --- what is given ------------------------------------------------------------------------------


def test_giving_releases_once_and_remembers_the_authors_version(world, classroom):
    assignment = world.assignment

    assert assignment.given_version == assignment.released
    assert assignment.released.reason == Version.Reason.RELEASED
    author = json.loads(read_blob(assignment.version.tree["exo.ipynb"][0]))
    assert author["cells"][1]["source"] == make_exercises()["cells"][1]["source"]
    assert world.copy.project.forked_from == assignment.released
    again = actions.duplicate(
        access.get_assignment(classroom.people["alice"], assignment.pk),
        acting_user=classroom.people["alice"],
        classes=[classroom.second],
    )
    assert again.version == assignment.version
    assert again.given_version.tree == assignment.released.tree


def test_work_without_exercises_is_given_as_it_is(classroom):
    assert classroom.assignment.released is None
    assert classroom.assignment.given_version == classroom.assignment.version


def test_a_notebook_that_cannot_be_read_is_not_given(classroom):
    from candyce.projects.files import get_entry

    project = classroom.project
    project.tree["damaged.ipynb"] = get_entry(b'{"nbgrader": "zsolution')
    project.save()

    assignment = actions.give(
        acting_user=classroom.people["alice"],
        classes=[classroom.second],
        title="Damaged",
        project=project,
    )

    assert set(assignment.given_version.tree) == set(project.tree) - {"damaged.ipynb"}


def test_the_pupils_version_is_no_version_of_the_projects_page(world, classroom, portal):
    portal.force_login(classroom.people["alice"])

    page = portal.get(f"/projects/{world.project.pk}/").content.decode()

    assert str(world.assignment.version_id) in page
    assert str(world.assignment.released_id) not in page


def test_a_copy_is_live_from_the_released_file(world):
    store.open_document(world.copy.project_id, "exo.ipynb")

    assert LiveDocument.objects.filter(project=world.copy.project).count() == 1
