"""People in a live text, over real sockets."""

from __future__ import annotations

import asyncio

import pytest
from django.db import transaction

from candyce.collab import limits, protocol, textfile
from candyce.collab.tests.conftest import make_token
from candyce.collab.tests.people import enter
from candyce.collab.tests.texts import CSV, EDITS, make_text_project, source
from candyce.projects import files
from candyce.projects import live as live_hook
from candyce.projects.models import Project


@pytest.fixture
def project(school) -> Project:
    return make_text_project(school.bob)


@pytest.mark.django_db(transaction=True)
async def test_two_people_type_in_one_text_and_a_program_writes_it(live, school, project):
    await Project.objects.filter(pk=project.pk).aupdate(owner=school.bob)
    bob = await enter(live.client(project, school.bob, "data.csv"))
    other = await enter(live.client(project, school.bob, "data.csv"))
    source(bob.doc).insert(0, "# à Brest\n")
    await bob.wait_saved()
    await other.wait_for(lambda: str(source(other.doc)).startswith("# à Brest\nmois"))

    def write() -> None:
        with transaction.atomic():
            text = live_hook.get().get_text(project, "data.csv").replace("51", "52")
            live_hook.get().replace_text(project, "data.csv", text, school.bob)

    await asyncio.to_thread(write)
    await bob.wait_for(lambda: "janvier,52" in str(source(bob.doc)))
    source(bob.doc).insert(len(source(bob.doc)), "mars,38\n")
    await bob.wait_saved()
    await other.wait_for(lambda: str(source(other.doc)).endswith("mars,38\n"))
    await bob.close()
    await other.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", EDITS)
async def test_a_modified_client_cannot_spoil_a_text(live, school, project, name):
    bob = await enter(live.client(project, school.bob, "data.csv"))
    EDITS[name](bob.doc)
    await bob.wait_for(lambda: bob.rejected == [1])
    assert bob.status["code"] == "invalid_update"
    other = await enter(live.client(project, school.bob, "data.csv"))
    assert textfile.read(other.doc) == CSV
    source(other.doc).insert(0, "still works")
    await other.wait_saved()
    await bob.close()
    await other.close()


@pytest.mark.django_db(transaction=True)
async def test_a_reader_cannot_write_a_text(live, school, project):
    token = make_token(project, school.bob, "read")
    reader = await enter(live.client(project, school.bob, "data.csv", token))
    source(reader.doc).insert(0, "x")
    await reader.wait_for(lambda: reader.rejected == [1])
    await reader.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("latin.csv", protocol.CLOSE_NOT_TEXT),
        ("photo.png", protocol.CLOSE_NOT_TEXT),
        ("none.csv", protocol.CLOSE_GONE),
    ],
)
async def test_a_room_for_what_is_no_text_says_why(live, school, project, path, code):
    bob = live.client(project, school.bob, path)
    await bob.connect()
    assert await bob.wait_closed() == code


@pytest.mark.django_db(transaction=True)
async def test_pages_are_told_that_their_text_is_none_any_more(live, school, project):
    bob = await enter(live.client(project, school.bob, "data.csv"))
    await asyncio.to_thread(
        files.put_file, project, "data.csv", b"\xff\x00", acting_user=school.bob
    )
    assert await bob.wait_closed() == protocol.CLOSE_NOT_TEXT


@pytest.mark.django_db(transaction=True)
async def test_a_text_that_has_grown_too_large_takes_no_more(live, school, project, monkeypatch):
    monkeypatch.setattr(limits, "TEXT_DOCUMENT", 30_000)
    bob = await enter(live.client(project, school.bob, "data.csv"))
    source(bob.doc).insert(0, "x" * 20_000)
    await bob.wait_saved()
    source(bob.doc).insert(0, "y" * 20_000)
    await bob.wait_for(lambda: bob.rejected == [2])
    assert bob.status["code"] == "too_large"
    await bob.close()
