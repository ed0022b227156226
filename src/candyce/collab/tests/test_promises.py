"""What a page may take for saved is on the disk, whichever line brought it there."""

from __future__ import annotations

import asyncio
import threading

import pytest

from candyce.collab import rights, store
from candyce.collab.tests.people import enter, in_database, share
from candyce.projects import signals
from candyce.projects.models import Project

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


async def test_of_two_answers_about_rights_the_newer_question_counts(
    live, school, project, monkeypatch
):
    """A right is taken and given back at once: the slow answer to the first question must not win."""
    await share(project, school.chloe, "read", "write")
    chloe = await enter(live.client(project, school.chloe))
    first, may_answer, real = threading.Event(), threading.Event(), rights.grant_many

    def slow(these):
        answers = real(these)
        if not first.is_set():
            first.set()
            assert may_answer.wait(10)
        return answers

    monkeypatch.setattr(rights, "grant_many", slow)
    for given in (["read"], ["read", "write"]):
        await share(project, school.chloe, *given)
        await in_database(signals.access_changed.send)(Project, project_ids=[project.pk])
        assert await asyncio.to_thread(first.wait, 10)
        await asyncio.sleep(0.2)
    may_answer.set()
    await asyncio.sleep(0.2)
    chloe.type(0, "free again")
    await chloe.wait_saved()
    assert chloe.rejected == []
    await chloe.close()


async def test_a_page_far_away_types_on_while_it_is_asked_for_what_is_missing(
    live, school, project
):
    """On a slow line many keystrokes follow the lost one before the server's question arrives."""
    bob = await enter(live.client(project, school.bob))
    bob.type(0, "kept ")
    await bob.wait_saved()
    bob._caught_up = False  # the line loses one
    bob.type(0, "lost ")
    bob._caught_up = True
    real, questions = bob._sync, []
    bob._sync = lambda step, payload: questions.append((step, payload))  # not read yet
    for letter in "many keystrokes":
        bob.type(0, letter)
    await bob.wait_for(lambda: len(questions) > 0)
    await asyncio.sleep(0.3)
    bob._sync = real
    for question in questions:
        bob._sync(*question)
    await bob.wait_saved()
    assert (bob.rejected, len(questions)) == ([], 1)
    other = await enter(live.client(project, school.bob))
    assert other.source(0).endswith("kept lost many keystrokes")
    await bob.close()
    await other.close()
