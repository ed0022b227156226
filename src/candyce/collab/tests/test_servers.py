"""Stories of people whose pages are at two servers, over real sockets and a real Redis."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
from django.http import HttpRequest
from pycrdt import Doc

from candyce.accounts.actions import people, session
from candyce.collab import actions, bell, notebook, protocol, relay, store
from candyce.collab.models import DocumentUpdate, LiveDocument
from candyce.collab.queries import get_notebook
from candyce.collab.tests.conftest import NOTEBOOK, make_token
from candyce.collab.tests.people import enter, in_database
from candyce.collab.watching import Watch, get_people
from candyce.launch.redis import RedisServer, find_redis
from candyce.projects import signals
from candyce.projects.models import Member, Project

pytestmark = pytest.mark.django_db(transaction=True)


async def eventually(condition, patience=12.0):
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 what is awaited rings no bell
            await asyncio.sleep(0.02)


@contextlib.contextmanager
def elsewhere():
    """What is done here is done by a process that has no rooms: a worker, a command."""
    rooms, bell.listeners = bell.listeners, {}
    try:
        yield
    finally:
        bell.listeners = rooms


def number_of(client):
    return client.doc.client_id % 2**32  # as pages number themselves


def announce(client, **state):
    client.clock = getattr(client, "clock", 0) + 1
    states = {number_of(client): (client.clock, state or None)}
    client.send(protocol.awareness_message(states))


def who(client):
    return sorted(state["user"]["username"] for _clock, state in client.awareness.values() if state)


@pytest.fixture
async def pair(two, school, project):
    """Bob at the first server, Chloé at the second, both in one notebook and introduced."""
    await Member.objects.acreate(project=project, user=school.chloe, rights=["read", "write"])
    bob = await enter(two.client(project, school.bob, at=0))
    chloe = await enter(two.client(project, school.chloe, at=1))
    await eventually(lambda: all(_others(two, at) for at in (0, 1)))
    yield bob, chloe
    await bob.close()
    await chloe.close()


def _others(two, at):
    return [one for room in two.get_hub(at).rooms.values() for one in room.peers.others]


# -- typing -----------------------------------------------------------------------------------------


async def test_what_is_typed_at_one_server_is_seen_at_the_other(pair, project):
    bob, chloe = pair
    for letter in "Bonjour":
        bob.type(0, letter)
    for letter in "salut":
        chloe.type(1, letter)
    await bob.wait_for(lambda: bob.source(1) == "1 + 1salut")
    await chloe.wait_for(lambda: chloe.source(0).endswith("Bonjour"))
    await bob.wait_saved()
    await chloe.wait_saved()
    assert notebook.read(bob.doc) == notebook.read(chloe.doc)
    numbers = [seq async for seq in DocumentUpdate.objects.values_list("seq", flat=True)]
    assert numbers == list(range(1, 14))


async def test_two_who_type_into_one_place_at_once_agree(pair):
    bob, chloe = pair
    for number in range(60):
        bob.type(0, f"b{number} ")
        chloe.type(0, f"c{number} ", at=0)
        await asyncio.sleep(0.002)
    await bob.wait_saved()
    await chloe.wait_saved()
    await bob.wait_for(lambda: "c59" in bob.source(0) and "b59" in bob.source(0))
    await chloe.wait_for(lambda: chloe.source(0) == bob.source(0))
    assert bob.rejected == chloe.rejected == []


async def test_a_document_open_at_one_server_is_told_to_nobody(two, school, project, monkeypatch):
    bob = await enter(two.client(project, school.bob, at=0))
    posts = []
    relay_ = two.get_hub(0).relay
    monkeypatch.setattr(relay_, "post", lambda *post, **_: posts.append(post))
    bob.type(0, "alone")
    await bob.wait_saved()
    announce(bob, cursor=1)
    await bob.wait_saved()
    told = {kind for _document, kind, *_body in posts}
    assert told <= {bell.messages.HELLO, bell.messages.BEAT}
    await bob.close()


async def test_a_page_that_changes_servers_finds_and_brings_everything(two, school, project):
    bob = await enter(two.client(project, school.bob, at=0))
    for turn in range(6):
        bob.type(0, f"<{turn}>")
        if turn % 2:
            await bob.wait_saved()
        await bob.close()
        bob.type(0, f"<off {turn}>")
        bob.port = two.ports[1 - turn % 2]
        await enter(bob)
    await bob.wait_saved()
    content = await in_database(get_notebook)(project, "lesson.ipynb")
    expected = "".join(f"<{turn}><off {turn}>" for turn in range(6))
    assert content["cells"][0]["source"] == "# Été 😀" + expected
    await bob.close()


# -- without a Redis ----------------------------------------------------------------------------------


@pytest.fixture
async def strangers(apart, school, project):
    """Bob at the first server; Chloé and Bob's other tab at the second, which hears nothing of the first."""
    await Member.objects.acreate(project=project, user=school.chloe, rights=["read", "write"])
    bob = await enter(apart.client(project, school.bob, at=0))
    chloe = await enter(apart.client(project, school.chloe, at=1))
    tab = await enter(apart.client(project, school.bob, at=1))
    yield bob, chloe, tab
    for client in (bob, chloe, tab):
        await client.close()


async def test_what_the_replica_learnt_from_the_log_reaches_the_pages_too(apart, strangers):
    bob, chloe, tab = strangers
    bob.type(0, "from afar")
    await bob.wait_saved()
    apart.in_hub(1, lambda hub: [room._drop_replica() for room in hub.rooms.values()])
    chloe.type(1, "near")  # the replica that checks it is loaded with Bob's words in it
    await chloe.wait_saved()
    await tab.wait_for(lambda: "from afar" in tab.source(0) and "near" in tab.source(1))
    await chloe.wait_for(lambda: "from afar" in chloe.source(0))


async def test_an_update_that_builds_on_what_another_server_stored_is_understood(apart, strangers):
    bob, chloe, tab = strangers
    bob.type(0, "one")
    await bob.wait_saved()
    state = bob.doc.get_state()
    copy = Doc()
    copy.apply_update(bob.doc.get_update())
    bob.type(0, "two")
    await bob.wait_saved()
    # Chloé's page got "one" and "two" by another way, and sends what follows "one" alone.
    chloe.send_update(bob.doc.get_update(state))
    await chloe.wait_saved()
    assert chloe.rejected == []
    await tab.wait_for(lambda: tab.source(0).endswith("onetwo"))


async def test_a_log_that_was_compacted_past_a_server_is_told_as_a_whole(apart, strangers, project):
    bob, chloe, _tab = strangers
    document = await LiveDocument.objects.aget()
    bob.type(0, "before")
    await bob.wait_saved()
    assert await in_database(store.compact)(document.pk) > 0
    bob.type(0, " after")
    await bob.wait_saved()
    apart.in_hub(1, lambda hub: [room.hear_of(3) for room in hub.rooms.values()])
    await chloe.wait_for(lambda: chloe.source(0).endswith("before after"))
    chloe.type(0, " and on")
    await chloe.wait_saved()
    rooms = apart.get_hub(1).rooms
    assert rooms[document.pk].order.seq == 4
    content = await in_database(get_notebook)(project, "lesson.ipynb")
    assert content["cells"][0]["source"] == "# Été 😀before after and on"


async def test_two_servers_write_one_file_and_compact_one_log(apart, strangers, project):
    bob, chloe, _tab = strangers
    document = await LiveDocument.objects.aget()

    async def tidy():
        for _ in range(8):
            await in_database(actions.materialise_document, thread_sensitive=False)(document.pk)
            await in_database(store.compact, thread_sensitive=False)(document.pk)

    async def type_on(client, cell):
        for _ in range(40):
            client.type(cell, "x")
            await asyncio.sleep(0.01)

    await asyncio.gather(tidy(), tidy(), type_on(bob, 0), type_on(chloe, 1))
    await bob.wait_saved()
    await chloe.wait_saved()
    await in_database(actions.materialise)(project)
    content = await in_database(get_notebook)(project, "lesson.ipynb")
    assert content["cells"][0]["source"] == "# Été 😀" + 40 * "x"
    assert content["cells"][1]["source"] == "1 + 1" + 40 * "x"
    await document.arefresh_from_db()
    assert document.materialised_seq == document.last_seq == 81


# -- presence ---------------------------------------------------------------------------------------


async def test_people_at_the_other_server_are_seen_and_their_leaving_too(pair):
    bob, chloe = pair
    announce(bob, cursor=1)
    announce(chloe, cursor=2)
    await chloe.wait_for(lambda: "bob" in who(chloe))
    await bob.wait_for(lambda: "chloe" in who(bob))
    await bob.close()
    await chloe.wait_for(lambda: "bob" not in who(chloe))


async def test_who_comes_later_to_another_server_sees_who_is_there(two, school, project):
    bob = await enter(two.client(project, school.bob, at=0))
    announce(bob, cell="titre")
    await bob.wait_saved()
    tab = await enter(two.client(project, school.bob, at=1))
    await tab.wait_for(lambda: who(tab) == ["bob"])
    await bob.close()
    await tab.close()


async def test_nobody_speaks_for_somebody_at_another_server(pair):
    bob, chloe = pair
    announce(bob, cell="titre")
    await chloe.wait_for(lambda: who(chloe) == ["bob"])
    chloe.send(protocol.awareness_message({number_of(bob): (9, {"cell": "calcul"})}))
    announce(chloe, cell="calcul")
    await bob.wait_for(lambda: "chloe" in who(bob))
    assert number_of(bob) not in bob.awareness


async def test_the_people_of_a_server_that_falls_silent_vanish(two, pair, monkeypatch):
    monkeypatch.setattr(relay, "SILENT", 1.0)
    bob, chloe = pair
    announce(bob, cursor=1)
    await chloe.wait_for(lambda: who(chloe) == ["bob"])
    two.in_hub(0, lambda hub: hub.relay._task.cancel())  # as if it had been killed: no goodbye
    await chloe.wait_for(lambda: who(chloe) == [])
    assert _others(two, 1) == []


async def test_who_looks_at_a_class_from_one_server_is_seen_at_the_other(
    two, pair, school, project
):
    bob, _chloe = pair
    watch = Watch(frozenset({project.pk}), {"username": "alice", "name": "Alice"})
    with elsewhere():
        bell.watch(watch)
    await bob.wait_for(lambda: who(bob) == ["alice"])
    both = frozenset({school.bob.pk, school.chloe.pk})
    await eventually(lambda: get_people([project.pk])[project.pk] == both)


# -- bells ------------------------------------------------------------------------------------------


async def test_a_command_that_writes_a_notebook_is_seen_in_open_pages(pair, project):
    bob, chloe = pair
    new = NOTEBOOK | {"cells": [NOTEBOOK["cells"][0] | {"source": "from a command"}]}

    def replace():
        with elsewhere():
            assert actions.replace_notebook(project, "lesson.ipynb", new, acting_user=None)

    await in_database(replace)()
    for client in (bob, chloe):
        await client.wait_for(lambda client=client: client.source(0) == "from a command", 2)


async def test_a_document_deleted_by_a_command_is_closed_everywhere(pair, project):
    def delete():
        with elsewhere():
            actions.delete_document(project, "lesson.ipynb")

    await in_database(delete)()
    for client in pair:
        assert await client.wait_closed(2) == protocol.CLOSE_GONE


async def test_a_right_withdrawn_by_another_process_is_lost_within_a_second(pair, project):
    bob, chloe = pair

    def remove():
        Member.objects.filter(project=project).delete()
        with elsewhere():
            signals.access_changed.send(Project, project_ids=[project.pk])

    await in_database(remove)()
    assert await chloe.wait_closed(1) == protocol.CLOSE_FORBIDDEN
    assert bob.connected


async def test_a_person_deactivated_by_another_process_is_out_within_a_second(pair, school):
    bob, chloe = pair

    def deactivate():
        with elsewhere():
            people.do_deactivate(school.chloe, acting_user=school.admin)

    await in_database(deactivate)()
    assert await chloe.wait_closed(1) in {protocol.CLOSE_FORBIDDEN, protocol.CLOSE_ENDED}
    assert bob.connected


async def test_signing_out_ends_ones_pages_at_all_servers(two, school, project):
    old = make_token(project, school.bob, now=time.time() - 5)
    tabs = [await enter(two.client(project, school.bob, at=at, token=old)) for at in (0, 1)]

    def sign_out():
        request = HttpRequest()
        request.user = school.bob
        request.session = type("Session", (dict,), {"flush": lambda _self: None})()
        with elsewhere():
            session.do_sign_out(request)

    await in_database(sign_out)()
    for tab in tabs:
        assert await tab.wait_closed(1) == protocol.CLOSE_ENDED


# -- Redis dies ---------------------------------------------------------------------------------------


async def test_without_redis_everything_arrives_a_little_later_and_it_comes_back(
    two, pair, redis, project
):
    bob, chloe = pair
    redis.kill()
    bob.type(0, "<no redis>")
    await bob.wait_saved()
    await chloe.wait_for(lambda: "<no redis>" in chloe.source(0), 4)
    announce(bob, cursor=1)  # cannot be told now
    redis.start()
    await eventually(lambda: all(two.get_hub(at).relay.is_up for at in (0, 1)))
    await eventually(lambda: all(_others(two, at) for at in (0, 1)))
    await chloe.wait_for(lambda: who(chloe) == ["bob"])
    chloe.type(0, "<back>")
    await bob.wait_for(lambda: "<back>" in bob.source(0), 4)


async def test_a_bell_rung_while_redis_is_away_rings_when_it_is_back(two, pair, redis, project):
    _bob, chloe = pair
    redis.kill()
    await eventually(lambda: not two.get_hub(0).relay.is_up)

    def remove():
        Member.objects.filter(project=project).delete()
        bell._post(two.get_hub(0).relay, None, bell.messages.ACCESS, project.pk.bytes)

    await in_database(remove)()
    redis.start()
    assert await chloe.wait_closed(8) == protocol.CLOSE_FORBIDDEN


async def test_messages_of_who_does_not_hold_the_secret_are_not_believed(two, pair, redis):
    bob, chloe = pair
    channel = bell.messages.get_channel(next(iter(two.get_hub(0).rooms)))
    true = bell.messages.write_message(channel, bell.messages.GONE, b"12345678")
    with_other_seal = bytes(16) + true[16:]
    client = bell._line._connect()
    assert client.publish(channel, with_other_seal) == 2
    assert client.publish(channel, b"") == 2
    bob.type(0, "still here")
    await chloe.wait_for(lambda: "still here" in chloe.source(0))
    assert bob.connected
    client.close()


class Notes:
    """What a relay says, noted."""

    def __init__(self):
        self.heard = []

    def on_relay(self, document_id, message):
        self.heard.append((document_id, message.kind, message.body))

    def on_watched(self, document_id):
        self.heard.append((document_id, "watched"))

    def on_back(self):
        pass

    on_unheard = on_process_gone = on_watched


async def test_a_relay_speaks_through_a_socket_of_the_system_and_stops_listening(tmp_path):
    if find_redis() is None:
        pytest.skip("no Redis on this machine")
    server = RedisServer(find_redis(), tmp_path, private=True)
    server.start()
    one, other = Notes(), Notes()
    relays = [relay.Relay(server.url, one), relay.Relay(server.url, other)]
    try:
        await eventually(lambda: all(each.is_up for each in relays))
        relays[1].watch(7)
        await eventually(lambda: (7, "watched") in other.heard)
        relays[0].post(7, bell.messages.BYE, b"first")
        relays[0].post(8, bell.messages.BYE, b"of another document")
        await eventually(lambda: (7, bell.messages.BYE, b"first") in other.heard)
        relays[1].unwatch(7)
        await eventually(lambda: not relays[1]._subscribed)
        relays[0].post(7, bell.messages.BYE, b"second")
        relays[0].post(None, bell.messages.ACCESS, b"")
        await eventually(lambda: (None, bell.messages.ACCESS, b"") in other.heard)
        assert len(other.heard) == 3
    finally:
        for each in relays:
            await each.close()
        server.stop()
