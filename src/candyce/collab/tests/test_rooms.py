"""Stories of people in a live document, over real sockets."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from candyce.assignments import access
from candyce.assignments import actions as assignments
from candyce.assignments.models import Assignment
from candyce.collab import actions, limits, notebook, protocol
from candyce.collab.models import DocumentUpdate, LiveDocument
from candyce.collab.queries import get_notebook
from candyce.collab.tests.conftest import NOTEBOOK, LiveServer, make_project, make_token
from candyce.projects import live as live_hook
from candyce.projects import signals
from candyce.projects.blobs import read_blob
from candyce.projects.models import Member, Project

pytestmark = pytest.mark.django_db(transaction=True)
in_database = sync_to_async


async def enter(client):
    await client.connect()
    await client.wait_for(lambda: client.synced.is_set() and client.status is not None)
    return client


async def eventually(condition, patience=12.0):
    async with asyncio.timeout(patience):
        while not await condition():  # noqa: ASYNC110 what is awaited rings no bell
            await asyncio.sleep(0.05)


@in_database
def share(project, user, *rights):
    Member.objects.update_or_create(project=project, user=user, defaults={"rights": list(rights)})


async def test_bob_opens_his_notebook_and_finds_what_the_file_holds(live, school, project):
    async with live.client(project, school.bob) as bob:
        await bob.wait_for(lambda: bob.synced.is_set() and bob.status is not None)
        assert notebook.read(bob.doc) == NOTEBOOK
        assert (bob.status["scopes"], bob.status["code"]) == (["read", "write"], None)


async def test_what_bob_types_is_saved_and_counted(live, school, project):
    async with live.client(project, school.bob) as bob:
        await bob.wait_for(bob.synced.is_set)
        for letter in "Bonjour":
            bob.type(0, letter)
        await bob.wait_saved()
        assert (
            bob.saved == bob.sent == 7
        )  # the empty answer to the server's question is not counted
    content = await in_database(get_notebook)(project, "lesson.ipynb")
    assert content["cells"][0]["source"] == "# Été 😀Bonjour"


async def test_alice_sees_what_bob_types_and_he_her(live, school, project):
    await share(project, school.alice, "read", "write")
    async with live.client(project, school.bob) as bob, live.client(project, school.alice) as alice:
        await bob.wait_for(bob.synced.is_set)
        await alice.wait_for(alice.synced.is_set)
        bob.type(0, "B")
        alice.type(1, "A")
        await bob.wait_for(lambda: bob.source(1) == "1 + 1A")
        await alice.wait_for(lambda: alice.source(0).endswith("B"))
        assert notebook.read(bob.doc) == notebook.read(alice.doc)


async def test_two_first_openers_do_not_double_the_cells(live, school, project):
    clients = [live.client(project, school.bob) for _ in range(12)]
    await asyncio.gather(*(enter(client) for client in clients))
    assert [len(client.cells) for client in clients] == [2] * 12
    assert await LiveDocument.objects.acount() == 1
    assert await DocumentUpdate.objects.acount() == 1
    await asyncio.gather(*(client.close() for client in clients))


async def test_after_a_restart_the_page_comes_back_and_nothing_is_doubled(
    live, school, project, settings
):
    bob = await enter(live.client(project, school.bob))
    bob.type(0, "before")
    await bob.wait_saved()
    await bob.close()
    bob.type(0, " offline")  # typed while there is no line
    bob = await enter(bob)
    await bob.wait_saved()
    fresh = await enter(live.client(project, school.bob))
    assert fresh.source(0) == "# Été 😀before offline"
    assert len(fresh.cells) == 2
    await bob.close()
    await fresh.close()


async def test_a_replay_is_acknowledged_and_not_stored_again(live, school, project):
    bob = await enter(live.client(project, school.bob))
    bob.type(0, "x")
    await bob.wait_saved()
    count = await DocumentUpdate.objects.acount()
    everything = bob.doc.get_update()
    for _ in range(5):
        bob.send_update(everything)
    await bob.wait_saved()
    assert await DocumentUpdate.objects.acount() == count
    assert bob.rejected == []
    await bob.close()


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


async def test_a_deleted_notebook_ends_its_lines_and_a_renamed_one_goes_on(live, school, project):
    bob = await enter(live.client(project, school.bob))

    @in_database
    def rename():
        project.tree["new.ipynb"] = project.tree.pop("lesson.ipynb")
        project.save()
        live_hook.get().renamed(project, "lesson.ipynb", "new.ipynb")

    await rename()
    bob.type(0, "after")
    await bob.wait_saved()
    other = await enter(live.client(project, school.bob, "new.ipynb"))
    assert other.source(0).endswith("after")
    await in_database(live_hook.get().deleted)(project, "new.ipynb")
    assert await bob.wait_closed() == protocol.CLOSE_GONE
    assert await other.wait_closed() == protocol.CLOSE_GONE
    await bob.close()
    await other.close()


async def test_trusted_never_reaches_another_page_nor_the_file(live, school, project):
    await share(project, school.alice, "read", "write")
    bob = await enter(live.client(project, school.bob))
    alice = await enter(live.client(project, school.alice))
    seen = []
    metadata = alice.cells[1]["metadata"]
    metadata.observe(lambda event: seen.append(event.keys))
    bob.cells[1]["metadata"]["trusted"] = True
    bob.type(1, "!")
    await bob.wait_saved()
    await alice.wait_for(lambda: alice.source(1).endswith("!"))
    await bob.wait_for(lambda: "trusted" not in bob.cells[1]["metadata"])
    assert [key for keys in seen for key in keys] == []
    content = await in_database(get_notebook)(project, "lesson.ipynb")
    assert content["cells"][1]["metadata"] == {"tags": ["exercice"]}
    await bob.close()
    await alice.close()


async def test_people_are_seen_under_their_own_name_and_leave(live, school, project):
    await share(project, school.alice, "read", "write")
    bob = await enter(live.client(project, school.bob))
    alice = await enter(live.client(project, school.alice))
    state = {"user": {"name": "The Head", "username": "admin", "color": "#123456"}, "cursor": 3}
    bob.send(protocol.awareness_message({7: (1, state)}))
    await alice.wait_for(lambda: 7 in alice.awareness)
    _clock, seen = alice.awareness[7]
    assert seen["cursor"] == 3
    assert seen["user"]["name"] == "Bob Test"
    assert seen["user"]["username"] == "bob"
    assert seen["user"]["color"] == "#123456"
    late = await enter(live.client(project, school.alice))
    await late.wait_for(lambda: 7 in late.awareness)
    alice.send(protocol.awareness_message({7: (9, None)}))  # nobody sends another away
    await bob.close()
    await alice.wait_for(lambda: alice.awareness[7] == (2, None))
    await alice.close()
    await late.close()


async def test_the_file_follows_the_typing(live, school, project, monkeypatch):
    monkeypatch.setattr(limits, "MATERIALISE_AFTER", 0.1)
    bob = await enter(live.client(project, school.bob))
    bob.type(0, "filed")
    await bob.wait_saved()

    async def filed():
        fresh = await Project.objects.aget(pk=project.pk)
        return b"filed" in await in_database(read_blob)(fresh.tree["lesson.ipynb"][0])

    await eventually(filed)
    await bob.close()


async def test_an_http_save_over_an_open_notebook_is_an_edit_that_the_page_sees(
    live, school, project
):
    bob = await enter(live.client(project, school.bob))
    bob.type(0, " typed")
    await bob.wait_saved()

    @in_database
    def save():
        content = get_notebook(project, "lesson.ipynb")
        content["cells"][1]["source"] = "1 + 2"
        content["cells"].append(
            {"cell_type": "markdown", "id": "fin", "metadata": {"trusted": True}, "source": "Fin"}
        )
        return live_hook.get().replace_notebook(project, "lesson.ipynb", content, school.alice)

    assert await save()
    await bob.wait_for(lambda: len(bob.cells) == 3)
    assert [bob.source(i) for i in range(3)] == ["# Été 😀 typed", "1 + 2", "Fin"]
    assert "trusted" not in bob.cells[2]["metadata"]
    bob.type(2, "!")
    await bob.wait_saved()
    content = await in_database(get_notebook)(project, "lesson.ipynb")
    assert content["cells"][2]["source"] == "Fin!"
    await bob.close()


async def test_compaction_under_way_is_not_noticed(live, school, project):
    await share(project, school.alice, "read", "write")
    bob = await enter(live.client(project, school.bob))
    alice = await enter(live.client(project, school.alice))
    for round_ in range(3):
        bob.type(0, str(round_))
        await bob.wait_saved()
        document = await LiveDocument.objects.aget()
        assert await in_database(actions.compact)(document.pk) > 0
    await alice.wait_for(lambda: alice.source(0).endswith("012"))
    assert await DocumentUpdate.objects.acount() == 0
    fresh = await enter(live.client(project, school.bob))
    assert notebook.read(fresh.doc) == notebook.read(alice.doc)
    for client in (bob, alice, fresh):
        await client.close()


async def test_a_document_that_rested_wakes_up_for_typing_and_for_questions(
    live, school, project, monkeypatch
):
    bob = await enter(live.client(project, school.bob))
    monkeypatch.setattr(limits, "DOCUMENT_IDLE", -1.0)
    await asyncio.sleep(5.2)  # the sweep comes every five seconds
    bob.send(protocol.sync_message(protocol.STEP1, bob.doc.get_state()))
    bob.type(0, "awake")
    await bob.wait_saved()
    fresh = await enter(live.client(project, school.bob))
    assert fresh.source(0).endswith("awake")
    await bob.close()
    await fresh.close()


async def test_an_idle_room_leaves_memory(live, school, project, monkeypatch):
    from candyce.collab import bell

    monkeypatch.setattr(limits, "ROOM_IDLE", 0.0)
    bob = await enter(live.client(project, school.bob))
    (hub,) = bell.listeners.values()
    assert len(hub.rooms) == 1
    await bob.close()

    async def gone():
        return not hub.rooms

    await eventually(gone)
    assert hub.connections == 0


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
