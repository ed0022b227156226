"""Stories of people in a live document, over real sockets."""

from __future__ import annotations

import asyncio

import pytest

from candyce.collab import actions, limits, notebook, protocol
from candyce.collab.models import DocumentUpdate, LiveDocument
from candyce.collab.queries import get_notebook
from candyce.collab.tests.conftest import NOTEBOOK
from candyce.collab.tests.people import enter, eventually, in_database, share
from candyce.projects import live as live_hook
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


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


async def test_who_comes_while_a_page_is_on_its_way_in_is_not_missed(live, school, project):
    await share(project, school.alice, "read", "write")
    bob = await enter(live.client(project, school.bob))
    alice = await enter(live.client(project, school.alice))
    late = live.client(project, school.alice)
    held, send = [], late.send
    late.send = held.append
    await late.connect()
    await late.wait_for(
        lambda: late.status is not None
    )  # in the room, and has asked for nothing yet
    bob.send(protocol.awareness_message({7: (1, {"cursor": 3})}))
    await alice.wait_for(lambda: 7 in alice.awareness)
    assert late.awareness == {}
    late.send = send
    for message in held:
        late.send(message)
    await late.wait_for(lambda: 7 in late.awareness)
    for client in (bob, alice, late):
        await client.close()


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
