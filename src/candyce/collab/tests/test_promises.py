"""What a page may take for saved is on the disk, whichever line brought it there."""

from __future__ import annotations

import asyncio
import threading

import pytest

from candyce.collab import store
from candyce.collab.tests.test_rooms import enter

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_page_that_comes_back_is_not_told_saved_before_the_disk_has_it(
    live, school, project, monkeypatch
):
    bob = await enter(live.client(project, school.bob))
    begun, may_write, real = threading.Event(), threading.Event(), store.append

    def slow(batch):
        begun.set()
        assert may_write.wait(10)
        return real(batch)

    monkeypatch.setattr(store, "append", slow)
    bob.type(0, "typed on the first line")
    assert await asyncio.to_thread(begun.wait, 10)
    await bob.close()
    # The room has the text in memory. The page that asks on a second line lacks nothing, yet the
    # server's question, to which it would answer "nothing more", must not come.
    again = live.client(project, school.bob, doc=bob.doc)
    await again.connect()
    await again.wait_for(again.synced.is_set)
    await asyncio.sleep(0.2)
    assert not again._caught_up
    may_write.set()
    await again.wait_saved()
    assert again.sent == 0
    assert (await asyncio.to_thread(_read_last_seq, project)) == 2
    await again.close()


def _read_last_seq(project):
    from django.db import connection

    try:
        (seq,) = store.LiveDocument.objects.filter(project=project).values_list(
            "last_seq", flat=True
        )
        return seq
    finally:
        connection.close()
