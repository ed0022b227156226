"""Stories of two web processes on one database, with and without the Redis between them."""

from __future__ import annotations

import pytest

from candyce.collab import notebook, protocol
from candyce.collab.client import LiveClient
from candyce.launch.redis import find_redis

from .cluster import cluster
from .test_kill import LESSON, NAMES

pytestmark = pytest.mark.skipif(find_redis() is None, reason="no Redis on this machine")


async def _enter(server, prepared, index):
    client = LiveClient(server.base, prepared["project"], "lesson.ipynb", prepared["tokens"][index])
    await client.connect()
    await client.wait_for(client.synced.is_set)
    return client


def announce(client, clock):
    states = {client.doc.client_id % 2**32: (clock, {"cell": "cell-0"})}
    client.send(protocol.awareness_message(states))


def who(client):
    return {state["user"]["username"] for _clock, state in client.awareness.values() if state}


async def test_a_process_is_killed_and_its_people_go_on_at_the_other(tmp_path):
    with cluster(tmp_path) as parts:
        prepared = parts[0].prepare(NAMES, LESSON)
        parts.start()
        await parts.wait()
        ada = await _enter(parts[0], prepared, 0)
        bob = await _enter(parts[1], prepared, 1)
        announce(ada, 1)
        await bob.wait_for(lambda: who(bob) == {"ada"})
        ada.type(0, "<stored>")
        await ada.wait_saved()
        parts[0].kill()
        ada.type(0, "<held>")
        await bob.wait_for(lambda: "<stored>" in bob.source(0))
        await bob.wait_for(lambda: who(bob) == set(), 25)  # nobody said goodbye for her
        await ada.close()
        ada.url = ada.url.replace(parts[0].base, parts[1].base)
        await ada.connect()
        await ada.wait_saved()
        await bob.wait_for(lambda: "<held>" in bob.source(0))
        assert ada.source(0) == bob.source(0)
        await ada.close()
        await bob.close()


async def test_redis_stands_still_and_dies_and_nothing_is_lost(tmp_path):
    with cluster(tmp_path) as parts:
        prepared = parts[0].prepare(NAMES, LESSON)
        parts.start()
        await parts.wait()
        ada = await _enter(parts[0], prepared, 0)
        bob = await _enter(parts[1], prepared, 1)
        for number, fail in enumerate((parts.pause, parts.resume, _kill, _start)):
            fail(parts.redis)
            for client, name in ((ada, "ada"), (bob, "bob")):
                client.type(number % 3, f"<{name}-{number}>")
                await client.wait_saved()
            for client in (ada, bob):
                await client.wait_for(
                    lambda c=client, n=number: (
                        f"<ada-{n}><bob-{n}>" in c.source(n % 3)
                        or f"<bob-{n}><ada-{n}>" in c.source(n % 3)
                    ),
                    20,
                )
        assert notebook.read(ada.doc) == notebook.read(bob.doc)
        await ada.close()
        await bob.close()


def _kill(redis):
    redis.kill()


def _start(redis):
    redis.start()


async def test_two_people_at_two_processes_type_into_one_notebook(tmp_path):
    with cluster(tmp_path) as parts:
        prepared = parts[0].prepare(NAMES, LESSON)
        parts.start()
        await parts.wait()
        ada = await _enter(parts[0], prepared, 0)
        bob = await _enter(parts[1], prepared, 1)
        ada.type(0, "<ada-1>")
        bob.type(1, "<bob-1>")
        await ada.wait_for(lambda: "<bob-1>" in ada.source(1))
        await bob.wait_for(lambda: "<ada-1>" in bob.source(0))
        assert notebook.read(ada.doc) == notebook.read(bob.doc)
        await ada.close()
        await bob.close()
