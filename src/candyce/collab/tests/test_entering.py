"""Who may enter a live document, and what happens to the line when rights change."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from candyce.assignments import access
from candyce.assignments import actions as assignments
from candyce.assignments.models import Assignment
from candyce.collab import limits, protocol
from candyce.collab.queries import get_notebook
from candyce.collab.tests.conftest import LiveServer, make_project, make_token
from candyce.collab.tests.people import enter, in_database, share
from candyce.projects import signals
from candyce.projects.models import Member, Project

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_reader_reads_and_what_he_types_is_refused(live, school, project):
    await share(project, school.chloe, "read")
    bob = await enter(live.client(project, school.bob))
    chloe = await enter(live.client(project, school.chloe))
    assert (chloe.status["scopes"], chloe.status["code"]) == (["read"], "read_only")
    chloe.type(0, "no")
    await chloe.wait_for(lambda: chloe.rejected == [1])
    bob.type(0, "yes")
    await chloe.wait_for(lambda: "yes" in chloe.source(0))
    assert "no" not in bob.source(0)
    assert chloe.saved == 0
    await bob.close()
    await chloe.close()


async def test_a_token_is_an_upper_bound(live, school, project):
    bob = await enter(
        live.client(project, school.bob, token=make_token(project, school.bob, "read"))
    )
    assert bob.status["scopes"] == ["read"]
    bob.type(0, "no")
    await bob.wait_for(lambda: bob.rejected == [1])
    await bob.close()


async def test_a_removed_member_is_out_within_a_second(live, school, project):
    await share(project, school.chloe, "read", "write")
    chloe = await enter(live.client(project, school.chloe))
    bob = await enter(live.client(project, school.bob))

    @in_database
    def remove():
        Member.objects.filter(project=project).delete()
        signals.access_changed.send(Project, project_ids=[project.pk])

    await remove()
    assert await chloe.wait_closed(1) == protocol.CLOSE_FORBIDDEN
    assert bob.connected
    await bob.close()
    await chloe.close()


async def test_a_lost_right_to_write_is_told_and_its_return_brings_back_what_was_held(
    live, school, project
):
    await share(project, school.chloe, "read", "write")
    chloe = await enter(live.client(project, school.chloe))
    await share(project, school.chloe, "read")
    await in_database(signals.access_changed.send)(Project, project_ids=[project.pk])
    await chloe.wait_for(lambda: chloe.status["code"] == "read_only", 1)
    chloe.type(0, "held")
    await chloe.wait_for(lambda: chloe.rejected == [1])
    await share(project, school.chloe, "read", "write")
    await in_database(signals.access_changed.send)(Project, project_ids=[project.pk])
    await chloe.wait_for(lambda: chloe.saved == chloe.sent == 2, 2)
    content = await in_database(get_notebook)(project, "lesson.ipynb")
    assert content["cells"][0]["source"] == "# Été 😀held"
    await chloe.close()


async def test_when_the_window_closes_writing_ends_at_that_moment(live, school, project):
    @in_database
    def give_until(closes_at):
        lesson = make_project(school.alice)
        assignment = assignments.give(
            acting_user=school.alice, classes=[school.school_class], title="W", project=lesson
        )
        Assignment.objects.filter(pk=assignment.pk).update(closes_at=closes_at)
        given = access.get_assignment(school.bob, assignment.pk)
        return assignments.open_copy(given, acting_user=school.bob).project

    closes_at = timezone.now() + timedelta(seconds=4)
    copy = await give_until(closes_at)
    token = make_token(copy, school.bob, "read", "write", "submit")
    bob = await enter(live.client(copy, school.bob, token=token))
    assert "write" in bob.status["scopes"]
    await bob.wait_for(lambda: bob.status["code"] == "window_closed", 12)
    assert timezone.now() >= closes_at
    bob.type(0, "too late")
    await bob.wait_for(lambda: bob.rejected == [1])
    await bob.close()


async def test_a_change_that_rings_no_bell_is_noticed_all_the_same(
    live, school, project, monkeypatch
):
    monkeypatch.setattr(limits, "RIGHTS_EVERY", 0.2)
    await share(project, school.chloe, "read", "write")
    chloe = await enter(live.client(project, school.chloe))
    await share(project, school.chloe, "read")
    await chloe.wait_for(lambda: chloe.status["scopes"] == ["read"], 5)
    await chloe.close()


class Entrance:
    """Who comes with what to which notebook; each method spoils one thing."""

    def __init__(self, school, settings):
        self.user, self.path, self.settings = school.bob, "lesson.ipynb", settings
        self.stranger = school.charlie
        self.project = make_project(self.user)
        self.token = make_token(self.project, self.user)

    def forge(self):
        self.token = self.token[:-3] + "AAA"

    def expire(self):
        self.token = make_token(self.project, self.user, now=time.time() - 3600)

    def take_another_projects_token(self):
        self.token = make_token(make_project(self.user), self.user)

    def be_a_stranger(self):
        self.token = make_token(self.project, self.stranger)

    def be_inactive(self):
        type(self.user).objects.filter(pk=self.user.pk).update(is_active=False)

    def sign_out(self):
        type(self.user).objects.filter(pk=self.user.pk).update(signed_out_at=timezone.now())
        self.token = make_token(self.project, self.user, now=time.time() - 60)

    def delete(self):
        Project.objects.filter(pk=self.project.pk).update(deleted_at=timezone.now())

    def ask_for_no_file(self):
        self.path = "none.ipynb"

    def ask_for_an_image(self):
        self.project.tree["photo.png"] = self.project.tree["lesson.ipynb"]
        self.project.save()
        self.path = "photo.png"

    def break_the_file(self):
        self.project.tree = make_project(self.user, {"lesson.ipynb": b"{}"}).tree
        self.project.save()

    def be_too_big(self):
        self.settings.FILE_LIMIT = 100


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (Entrance.forge, protocol.CLOSE_TOKEN),
        (Entrance.expire, protocol.CLOSE_TOKEN),
        (Entrance.take_another_projects_token, protocol.CLOSE_TOKEN),
        (Entrance.be_a_stranger, protocol.CLOSE_FORBIDDEN),
        (Entrance.be_inactive, protocol.CLOSE_FORBIDDEN),
        (Entrance.sign_out, protocol.CLOSE_ENDED),
        (Entrance.delete, protocol.CLOSE_GONE),
        (Entrance.ask_for_no_file, protocol.CLOSE_GONE),
        (Entrance.ask_for_an_image, protocol.CLOSE_NOT_TEXT),
        (Entrance.break_the_file, protocol.CLOSE_GONE),
        (Entrance.be_too_big, protocol.CLOSE_TOO_BIG),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_who_may_not_enter_is_told_why_by_the_close_code(live, school, settings, spoil, code):
    entrance = await in_database(Entrance)(school, settings)
    await in_database(spoil)(entrance)
    client = live.client(entrance.project, entrance.user, entrance.path, entrance.token)
    await client.connect()
    assert await client.wait_closed() == code
    assert not client.synced.is_set()
    await client.close()


async def test_a_renewed_token_keeps_the_line_and_an_expired_one_ends_it(
    live, school, project, monkeypatch
):
    monkeypatch.setattr(limits, "RIGHTS_EVERY", 0.2)
    monkeypatch.setattr(limits, "TOKEN_GRACE", 0.0)
    short = time.time() - 15 * 60 + 2
    renewing = await enter(
        live.client(project, school.bob, token=make_token(project, school.bob, now=short))
    )
    late = await enter(
        live.client(project, school.bob, token=make_token(project, school.bob, now=short))
    )
    renewing.send(protocol.token_message(make_token(project, school.bob)))
    assert await late.wait_closed(6) == protocol.CLOSE_TOKEN
    assert renewing.connected
    renewing.send(protocol.token_message("forged.token"))
    assert await renewing.wait_closed() == protocol.CLOSE_TOKEN
    await renewing.close()
    await late.close()


async def test_another_persons_token_cannot_take_over_the_line(live, school, project):
    bob = await enter(live.client(project, school.bob))
    bob.send(protocol.token_message(make_token(project, school.charlie)))
    assert await bob.wait_closed() == protocol.CLOSE_TOKEN
    await bob.close()


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"Origin": "https://evil.example"}, None, 403),
        ({"Origin": "null"}, None, 403),
        ({"Host": "evil.example"}, None, 400),
        ({}, "/collab/not-a-uuid/x.ipynb", 403),
        ({}, "/elsewhere", 404),
    ],
)
async def test_strange_origins_hosts_and_paths_are_turned_away_before_the_handshake(  # noqa: PLR0917
    live: LiveServer, school, project, headers, path, status
):
    client = live.client(project, school.bob)
    if path:
        client.url = live.base + path
    options = {"additional_headers": headers}
    if host := headers.pop("Host", None):
        port = int(live.base.rsplit(":", 1)[1])
        client.url = client.url.replace(live.base, f"ws://{host}")
        options |= {"host": "127.0.0.1", "port": port}
    with pytest.raises(InvalidStatus) as refused:
        await client.connect(**options)
    assert refused.value.response.status_code == status


async def test_the_editors_own_pages_come_in(live, school, project):
    client = live.client(project, school.bob)
    await client.connect(origin=live.origin)
    await client.wait_for(client.synced.is_set)
    await client.close()
