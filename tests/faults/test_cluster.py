"""Stories of two web processes on one database, with and without the Redis between them."""

from __future__ import annotations

import pytest

from candyce.collab import notebook
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
