"""What a modified client may try: each message is answered, none is stored, the room lives on."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import OperationalError
from pycrdt import Array, Doc, Map, Text

from candyce.collab import bell, limits, notebook, protocol, store, writer
from candyce.collab.models import DocumentUpdate
from candyce.collab.protocol import write_bytes, write_uint
from candyce.collab.tests.conftest import NOTEBOOK
from candyce.collab.tests.people import enter

pytestmark = pytest.mark.django_db(transaction=True)


def struct(
    content: bytes, *, client: int = 99, clock: int = 0, parent: bytes = b"\x01\x05cells"
) -> bytes:
    """An update with one struct of the root array."""
    head = b"\x01\x01" + write_uint(client) + write_uint(clock)
    return head + content[:1] + parent + content[1:] + b"\x00"


DEEP = struct(b"\x08\x01" + b"\x75\x01" * 200_000 + b"\x7e")
BYTES = {
    "nothing": b"",
    "junk": b"junkjunkjunk",
    "half": struct(b"\x04\x05hello")[:-4],
    "trailing": struct(b"\x04\x05hello") + b"\x00",
    "clients without end": b"\xff\xff\xff\xff\x0f",
    "structs without end": b"\x01\xff\xff\xff\xff\x0f\x01\x00",
    "string without end": b"\x01\x01\x01\x00\x04\x01\x01a\xff\xff\xff\xff\x0f",
    "number without end": b"\xff" * 40,
    "deep JSON": DEEP,
    "collected for ever": b"\x01\x01\x63\x00\x00\xff\xff\xff\xff\x0f\x00",
    "its own parent": b"\x01\x01\x63\x00\x04\x00\x63\x00\x01x\x00",
    "its own origin": b"\x01\x01\x63\x00\x84\x63\x00\x01x\x00",
    "not UTF-8": struct(b"\x04\x02\xff\xfe"),
    "binary": struct(b"\x03\x01x"),
    "subdocument": struct(b"\x09\x01x\x76\x00"),
    "text among the cells": struct(b"\x04\x05hello"),
    "number among the cells": struct(b"\x08\x01\x7d\x05"),
    "cell without anything": struct(b"\x07\x01"),
    "unknown type": struct(b"\x07\x06"),
    "types in types": (
        b"\x01\x14\x63\x00\x07\x01\x05cells\x00"
        + b"".join(b"\x07\x00\x63" + bytes((i,)) + b"\x00" for i in range(19))
        + b"\x00"
    ),
}


@pytest.mark.parametrize("name", BYTES)
async def test_bytes_that_are_no_notebook_update_are_refused(live, school, project, name):
    bob = await enter(live.client(project, school.bob))
    before = await DocumentUpdate.objects.acount()
    bob.send_update(BYTES[name])
    await bob.wait_for(lambda: bob.rejected == [1])
    assert bob.status["code"] == "invalid_update"
    assert bob.status["message"]
    other = await enter(live.client(project, school.bob))
    assert notebook.read(other.doc) == NOTEBOOK
    other.type(0, "still works")
    await other.wait_saved()
    assert await DocumentUpdate.objects.acount() == before + 1
    await bob.close()
    await other.close()


def _set(key, value):
    return lambda doc: doc.get("cells", type=Array)[1].__setitem__(key, value)


def _cell(**changes):
    cell = {
        "id": "neu",
        "cell_type": "markdown",
        "metadata": Map({}),
        "source": Text("x"),
    } | changes
    return lambda doc: doc.get("cells", type=Array).append(
        Map({key: value for key, value in cell.items() if value is not None})
    )


def _get_output(doc):
    return doc.get("cells", type=Array)[1]["outputs"][0]


EDITS = {
    "no source": lambda doc: doc.get("cells", type=Array)[0].__delitem__("source"),
    "source as a string": _set("source", "plain"),
    "type": _set("cell_type", "virus"),
    "metadata as a value": _set("metadata", {"trusted": True}),
    "outputs as a value": _set("outputs", []),
    "odd output": lambda doc: doc.get("cells", type=Array)[1]["outputs"].append(
        Map({"output_type": "x"})
    ),
    "number as output": lambda doc: doc.get("cells", type=Array)[1]["outputs"].append(3),
    "output without data": lambda doc: doc.get("cells", type=Array)[1]["outputs"][1].__delitem__(
        "data"
    ),
    "count": _set("execution_count", "many"),
    "id of the cell": _set("id", "a b/../c"),
    "cell without id": _cell(id=None),
    "code without outputs": _cell(cell_type="code"),
    "attachments": _cell(attachments="x"),
    "attachments as a list": _cell(attachments=Array([])),
    "printed lists": lambda doc: _get_output(doc).__setitem__("text", [["a"], 1]),
    "printed shared lists": lambda doc: _get_output(doc).__setitem__("text", Array([["a"], 1])),
    "nbformat 3": lambda doc: doc.get("meta", type=Map).__setitem__("nbformat", 3),
    "no metadata": lambda doc: doc.get("meta", type=Map).__delitem__("metadata"),
}


@pytest.mark.parametrize("name", EDITS)
async def test_edits_that_would_make_the_notebook_unreadable_are_refused(
    live, school, project, name
):
    bob = await enter(live.client(project, school.bob))
    EDITS[name](bob.doc)
    await bob.wait_for(lambda: bob.rejected == [1])
    other = await enter(live.client(project, school.bob))
    assert notebook.read(other.doc) == NOTEBOOK
    other.type(0, "still works")
    await other.wait_saved()
    await bob.close()
    await other.close()


async def test_what_is_put_into_a_shared_list_of_an_output_is_looked_at(live, school, project):
    bob = await enter(live.client(project, school.bob))
    _get_output(bob.doc)["text"] = Array(["a"])
    await bob.wait_saved()
    _get_output(bob.doc)["text"].append(1)
    await bob.wait_for(lambda: bob.rejected == [2])
    await bob.close()


async def test_after_five_invalid_updates_the_line_is_cut(live, school, project):
    bob = await enter(live.client(project, school.bob))
    for _ in range(5):
        bob.send_update(b"junk")
    assert await bob.wait_closed() == protocol.CLOSE_POLICY
    assert bob.rejected == [1, 2, 3, 4, 5]
    await bob.close()


MESSAGES = {
    "empty": b"",
    "unknown step": b"\x00\x07\x00",
    "sync without payload": b"\x00\x02",
    "state vector that lies": b"\x00\x00\x05\xff\xff\xff\xff\x0f",
    "awareness that is no JSON": b"\x01" + write_bytes(b"\x01\x07\x01" + write_bytes(b"{no")),
    "awareness that is no object": b"\x01" + write_bytes(b"\x01\x07\x01" + write_bytes(b"[1]")),
    "awareness nested": b"\x01" + write_bytes(b"\x01\x07\x01" + write_bytes(b"[" * 6000)),
    "awareness too large": protocol.awareness_message({7: (1, {"x": "y" * limits.AWARENESS})}),
    "crowd": protocol.awareness_message({n: (1, {}) for n in range(100)}),
}


@pytest.mark.parametrize("name", MESSAGES)
async def test_messages_that_are_not_well_formed_are_answered(live, school, project, name):
    bob = await enter(live.client(project, school.bob))
    bob.send(MESSAGES[name])
    await bob.wait_for(lambda: bob.status["code"] == "invalid_update")
    bob.type(0, "still works")
    await bob.wait_saved()
    await bob.close()


async def test_an_unknown_kind_of_message_is_passed_over(live, school, project):
    bob = await enter(live.client(project, school.bob))
    bob.send(b"\x50hello")
    bob.send(b"\x42\x01")  # the server's own kinds say nothing from a page
    bob.type(0, "x")
    await bob.wait_saved()
    assert bob.status["code"] is None
    await bob.close()


async def test_an_update_from_the_future_is_asked_for_again_and_then_saved(live, school, project):
    bob = await enter(live.client(project, school.bob))
    skipped = Doc()
    skipped.apply_update(bob.doc.get_update())
    updates = []
    skipped.observe(lambda event: updates.append(event.update))
    source = skipped.get("cells", type=Array)[0]["source"]
    source.insert(0, "one ")
    source.insert(4, "two ")
    bob.doc = skipped  # the page has both; the line loses the first
    bob.send_update(updates[1])
    await bob.wait_for(lambda: bob.saved == bob.sent == 2)
    assert bob.rejected == []
    other = await enter(live.client(project, school.bob))
    assert other.source(0) == "one two # Été 😀"
    await bob.close()
    await other.close()


async def test_foreign_updates_that_never_fit_are_refused_in_the_end(live, school, project):
    bob = await enter(live.client(project, school.bob))
    foreign = struct(b"\x04\x01x", client=5, clock=1000)
    for _ in range(100):
        bob.send_update(foreign)
        await asyncio.sleep(0.02)  # a question and its answer
        if not bob.connected:
            break
    assert await bob.wait_closed() == protocol.CLOSE_POLICY
    assert await DocumentUpdate.objects.acount() == 1
    await bob.close()


async def test_a_huge_update_is_refused_with_a_reason(live, school, project, monkeypatch):
    monkeypatch.setattr(limits, "MESSAGE", 50_000)
    bob = await enter(live.client(project, school.bob))
    bob.type(0, "x" * 60_000)
    await bob.wait_for(lambda: bob.rejected == [1])
    assert bob.status["code"] == "too_large"
    await bob.close()


async def test_a_full_project_takes_small_edits_only(live, school, project, settings):
    settings.PROJECT_QUOTA = 10
    bob = await enter(live.client(project, school.bob))
    assert bob.status["code"] == "quota_full"
    bob.type(0, "tidying")
    await bob.wait_saved()
    bob.type(0, "x" * 10_000)
    await bob.wait_for(lambda: bob.rejected == [2])
    await bob.close()


async def test_a_flood_is_slowed_and_every_update_of_it_is_saved(
    live, school, project, monkeypatch
):
    monkeypatch.setattr(limits, "UPDATES_BURST", 50)
    monkeypatch.setattr(limits, "UPDATES_PER_SECOND", 150)
    bob = await enter(live.client(project, school.bob))
    for _ in range(300):
        bob.type(0, "x")
    await bob.wait_saved()
    assert any(status["code"] == "too_many" for status in bob.statuses)
    other = await enter(live.client(project, school.bob))
    assert other.source(0).endswith("x" * 300)
    await bob.close()
    await other.close()


async def test_a_page_that_does_not_read_is_let_go(live, school, project, monkeypatch):
    monkeypatch.setattr(limits, "BACKLOG", 100)
    bob = live.client(project, school.bob)
    await bob.connect()
    assert await bob.wait_closed() == protocol.CLOSE_LATER
    await bob.close()


async def test_a_full_room_and_a_full_server_say_so(live, school, project, monkeypatch):
    first = await enter(live.client(project, school.bob))
    for name in ("CONNECTIONS_PER_ROOM", "CONNECTIONS"):
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, 1)
            second = live.client(project, school.bob)
            await second.connect()
            assert await second.wait_closed() == protocol.CLOSE_FULL
            await second.close()
    await first.close()


async def test_the_store_failing_costs_the_line_and_no_edit(live, school, project, monkeypatch):
    monkeypatch.setattr(writer, "RETRIES", 1)
    bob = await enter(live.client(project, school.bob))
    real = store.append

    def fail(batch):
        raise OperationalError("disk full")

    monkeypatch.setattr(store, "append", fail)
    bob.type(0, "kept")
    assert await bob.wait_closed() == protocol.CLOSE_LATER
    assert bob.saved == 0
    monkeypatch.setattr(store, "append", real)
    await bob.close()
    await enter(bob)
    await bob.wait_saved()
    other = await enter(live.client(project, school.bob))
    assert other.source(0).endswith("kept")
    await bob.close()
    await other.close()


async def test_nothing_is_stored_that_builds_on_what_was_not(live, school, project, monkeypatch):
    """Else the log has a hole, and who is given what follows it can never send anything again."""
    monkeypatch.setattr(writer, "RETRIES", 1)
    bob = await enter(live.client(project, school.bob))
    before = await DocumentUpdate.objects.acount()
    real, began, both_came = store.append, threading.Event(), threading.Event()

    def fail_once(batch):
        monkeypatch.setattr(store, "append", real)
        began.set()
        assert both_came.wait(10)
        raise OperationalError("disk full")

    monkeypatch.setattr(store, "append", fail_once)
    bob.type(0, "one ")
    await asyncio.to_thread(began.wait, 10)
    room = next(room for hub in bell.listeners.values() for room in hub.rooms.values())
    bob.type(0, "two ")
    while room.writing < 2:  # noqa: ASYNC110 what is waited for rings no bell
        await asyncio.sleep(0.01)
    both_came.set()
    assert await bob.wait_closed() == protocol.CLOSE_LATER
    assert bob.saved == 0
    assert await DocumentUpdate.objects.acount() == before
    await bob.close()
    await enter(bob)
    await bob.wait_saved()
    assert "one two" in bob.source(0)
    await bob.close()


async def test_the_french_reader_is_told_in_french(live, school, project):
    for language, word in (("fr-FR,fr;q=0.9", "rechargez"), ("en-GB", "Reload")):
        bob = live.client(project, school.bob)
        await bob.connect(additional_headers={"Accept-Language": language})
        await bob.wait_for(bob.synced.is_set)
        bob.send_update(b"junk")
        await bob.wait_for(lambda bob=bob: bob.status["code"] == "invalid_update")
        assert word in bob.status["message"]
        await bob.close()
