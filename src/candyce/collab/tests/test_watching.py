"""Who looks from outside is seen inside, for as long as the look lasts."""

from __future__ import annotations

import asyncio
import time

from candyce.collab import bell, protocol, watching
from candyce.collab.presence import Presence
from candyce.collab.watching import FIRST_CLIENT, Watch, Watchers

ALICE = {"username": "alice", "name": "Alice Test", "initials": "AT", "role": "teacher"}


def watch(*projects, user=ALICE):
    return Watch(frozenset(projects), user)


def test_a_look_is_announced_once_and_repeated_before_pages_forget_it():
    watchers, now = Watchers(), 100.0
    news = watchers.look(watch(), now)
    [(client, (clock, state))] = news.items()
    assert client >= FIRST_CLIENT
    assert state == {"user": ALICE | {"watching": True}}
    assert watchers.look(watch(), now + 2.5) == {}
    [(_clock, again)] = watchers.look(watch(), now + 11).values()
    assert again == state
    assert watchers.all()[client][0] > clock


def test_a_look_that_is_not_renewed_ends():
    watchers = Watchers()
    [(client, (clock, _state))] = watchers.look(watch(), 100.0).items()
    assert watchers.expire(114.0) == {}
    [(gone, (later, nothing))] = watchers.expire(115.0).items()
    assert (gone, nothing) == (client, None)
    assert later > clock
    assert not watchers
    # Who comes back is not taken for old news.
    [(again, _state)] = watchers.look(watch(), 116.0).values()
    assert again > later


def test_a_page_cannot_speak_for_a_watcher():
    presence = Presence()
    client = watch().client
    assert presence.update(object(), {"name": "Bob"}, {client: (10**10, {"user": {}})}) == {}
    assert presence.all() == {}


def test_people_are_told_by_rooms_and_forgotten(monkeypatch):
    from uuid import uuid4

    project, ann, ben = uuid4(), uuid4(), uuid4()
    watching.note_people(project, "a.ipynb", {ann})
    watching.note_people(project, "b.ipynb", {ben})
    assert watching.get_people([project]) == {project: frozenset({ann, ben})}
    watching.note_people(project, "b.ipynb", ())
    assert watching.get_people([project]) == {project: frozenset({ann})}
    later = time.monotonic() + watching.LIFETIME + 1
    monkeypatch.setattr(watching.time, "monotonic", lambda: later)
    assert watching.get_people([project]) == {project: frozenset()}


def get_watchers(client) -> list[str]:
    return [
        state["user"]["name"]
        for _client, (_clock, state) in client.awareness.items()
        if state and state["user"].get("watching")
    ]


def test_pages_see_who_looks_and_when_it_is_over(live, project, school, monkeypatch):
    async def story():
        async with live.client(project, school.bob) as bob:
            await asyncio.wait_for(bob.synced.wait(), 10)
            bell.watch(watch(project.pk))
            await bob.wait_for(lambda: get_watchers(bob) == ["Alice Test"])
            # Who comes later sees it too.
            async with live.client(project, school.bob) as second:
                await second.wait_for(lambda: get_watchers(second) == ["Alice Test"])
            assert watching.get_people([project.pk])[project.pk] == {school.bob.pk}
            monkeypatch.setattr(watching, "LIFETIME", 0.1)
            monkeypatch.setattr(watching, "REPEAT", 0.0)
            bell.watch(watch(project.pk))
            await bob.wait_for(lambda: get_watchers(bob) == [])

    asyncio.run(story())


def test_a_look_elsewhere_is_not_told_here(live, project, school):
    async def story():
        async with live.client(project, school.bob) as bob:
            await asyncio.wait_for(bob.synced.wait(), 10)
            bell.watch(watch(school.bob.pk))
            bob.send(protocol.sync_message(protocol.STEP1, bob.doc.get_state()))
            bob.synced.clear()
            await asyncio.wait_for(bob.synced.wait(), 10)
            assert get_watchers(bob) == []

    asyncio.run(story())
