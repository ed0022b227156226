"""What a room above has for a copy's pages rings in them, wherever they are."""

from __future__ import annotations

import contextlib
import json

import pytest

from candyce.assignments import access
from candyce.assignments.actions import give, open_copy
from candyce.assignments.models import Copy
from candyce.assignments.notices.actions import send_notice, withdraw_notice
from candyce.collab import bell
from candyce.collab.tests.conftest import NOTEBOOK
from candyce.collab.tests.people import enter, in_database
from candyce.collab.tests.test_servers import elsewhere
from candyce.projects.actions import create_project

pytestmark = pytest.mark.django_db(transaction=True)


def open_copies(school) -> dict[str, Copy]:
    files = {"lesson.ipynb": json.dumps(NOTEBOOK).encode()}
    project = create_project(acting_user=school.alice, title="Lesson", files=files)
    assignment = give(
        acting_user=school.alice, classes=[school.school_class], title="Lesson", project=project
    )
    return {
        user.username: open_copy(access.get_assignment(user, assignment.pk), acting_user=user)
        for user in (school.bob, school.chloe)
    }


def send(school, copies, name):
    pupil = copies[name].pupil
    assignment = access.get_assignment(school.alice, copies[name].assignment_id)
    return send_notice(assignment, acting_user=school.alice, text="Courage", pupils=[pupil])


async def test_a_page_hears_of_a_notice_and_of_its_end(live, school):
    copies = await in_database(open_copies)(school)
    bob = await enter(live.client(copies["bob"].project, school.bob))
    chloe = await enter(live.client(copies["chloe"].project, school.chloe))
    assert (bob.status["news"], chloe.status["news"]) == (0, 0)
    notice = await in_database(send)(school, copies, "bob")
    await bob.wait_for(lambda: bob.status["news"] == 1)
    await in_database(withdraw_notice)(notice, acting_user=school.alice)
    await bob.wait_for(lambda: bob.status["news"] == 2)
    assert bob.status["scopes"] == ["read", "write"]
    assert len(chloe.statuses) == 1
    again = await enter(live.client(copies["bob"].project, school.bob))
    assert again.status["news"] == 2
    for client in (bob, chloe, again):
        await client.close()


@pytest.mark.parametrize("sender", ["server", "worker"])
async def test_pages_at_two_servers_hear_of_a_notice_sent_anywhere(two, school, sender):
    copies = await in_database(open_copies)(school)
    pages = [await enter(two.client(copies["bob"].project, school.bob, at=at)) for at in (0, 1)]

    def work():
        with elsewhere() if sender == "worker" else contextlib.nullcontext():
            send(school, copies, "bob")

    assert len(bell.listeners) == 2
    await in_database(work)()
    for page in pages:
        await page.wait_for(lambda page=page: page.status["news"] == 1)
        await page.close()


async def test_without_a_bell_the_next_look_at_rights_tells(live, school):
    copies = await in_database(open_copies)(school)
    bob = await enter(live.client(copies["bob"].project, school.bob))

    def work():
        with elsewhere():
            send(school, copies, "bob")

    await in_database(work)()
    [hub] = bell.listeners.values()
    for room in list(hub.rooms.values()):
        for connection in room.connections:
            connection.check_at = 0.0  # half a minute has passed
    await bob.wait_for(lambda: bob.status["news"] == 1)
    await bob.close()
