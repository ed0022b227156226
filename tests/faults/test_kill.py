"""The server is killed twenty times while four people type: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from pycrdt import Array, Map, Text
from websockets.exceptions import WebSocketException

from candyce.collab import notebook, protocol
from candyce.collab.client import LiveClient
from candyce.collab.replica import load_doc
from candyce.launch.postgres import find_programs, throw_away_postgres

from .server import Server

KILLS = 20
NAMES = ["ada", "bob", "chloe", "dan"]
LESSON = {
    "cells": [
        {"cell_type": "markdown", "id": f"cell-{n}", "metadata": {}, "source": f"# {n}\n"}
        for n in range(3)
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
WORD = re.compile(r"<(\w+-\d+)>")


class Typist(LiveClient):
    """Types words that each exist once in the world, and notes which were acknowledged."""

    def __init__(self, name: str, server: Server, project: str, token: str) -> None:
        super().__init__(server.base, project, "lesson.ipynb", token)
        self.name = name
        self.typed: list[str] = []
        self.acknowledged: set[str] = set()
        self.added_cells = 0
        self.lines = 0
        self._waiting: list[tuple[int, str]] = []
        self._random = random.Random(name)

    def _sync(self, step: int, payload: bytes) -> None:
        before = self.sent
        super()._sync(step, payload)
        if step == protocol.STEP1 and self.sent > before:
            # One answer holds everything that the server lacked.
            held = [word for word in self.typed if word not in self.acknowledged]
            self._waiting = [(self.sent, word) for word in held]

    def _hear(self, data: bytes) -> None:
        super()._hear(data)
        stored = [word for ordinal, word in self._waiting if ordinal <= self.saved]
        self.acknowledged.update(stored)
        self._waiting = [(ordinal, word) for ordinal, word in self._waiting if ordinal > self.saved]

    def type_word(self) -> None:
        word = f"{self.name}-{len(self.typed)}"
        self.typed.append(word)
        before = self.sent
        if self._random.random() < 0.05:
            cell = {
                "id": word,
                "cell_type": "markdown",
                "metadata": Map({}),
                "source": Text(f"<{word}>"),
            }
            cells: Array = self.cells
            cells.insert(self._random.randint(0, len(cells)), Map(cell))
            self.added_cells += 1
        else:
            cell_number = self._random.randrange(len(self.cells))
            self.type(cell_number, f"<{word}>", at=None if self._random.random() < 0.7 else 0)
        if self.sent > before:
            self._waiting.append((self.sent, word))

    async def live(self, stop: asyncio.Event) -> None:
        """Type, online and offline alike, and come back whenever the line is lost."""
        while not stop.is_set():
            if not self.connected:
                await self.come_back()
            if len(self.cells):
                self.type_word()
            await asyncio.sleep(self._random.uniform(0.02, 0.12))

    async def come_back(self) -> None:
        await self.close()
        self._waiting = []
        with contextlib.suppress(OSError, WebSocketException):
            await self.connect(open_timeout=5)
            self.lines += 1


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
    elif find_programs() is None:
        pytest.skip("PostgreSQL's server programs are not on this machine")
    else:
        with throw_away_postgres() as url:
            yield url


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path, database):
    server = Server(tmp_path, database)
    prepared = server.prepare(NAMES, LESSON)
    project = prepared["project"]
    people = [Typist(*pair, project, token) for pair, token in _pair(server, prepared)]
    stop = asyncio.Event()
    typing = [asyncio.create_task(person.live(stop)) for person in people]
    chance = random.Random(KILLS)
    try:
        for _ in range(KILLS):
            server.start()
            await server.wait()
            await asyncio.sleep(chance.uniform(0.1, 0.9))
            server.kill()
            _check_disk(server, people)
        stop.set()
        await asyncio.gather(*typing)
        server.start()
        await server.wait()
        await _settle(people)
        _check(people)
        reader = LiveClient(server.base, project, "lesson.ipynb", prepared["tokens"][0])
        await reader.connect()
        await reader.wait_for(reader.synced.is_set)
        shown = notebook.read(reader.doc)
        for person in people:
            assert notebook.read(person.doc) == shown
            await person.close()
        await reader.close()
        server.kill()
        assert server.read(project) == _as_file(shown)
    finally:
        stop.set()
        await asyncio.gather(*typing, return_exceptions=True)
        server.kill()


def _check_disk(server: Server, people: list[Typist]) -> None:
    """Whoever closes the laptop now and never comes back has lost nothing that was acknowledged."""
    doc = load_doc(server.read_log())
    cells = doc.get("cells", type=Array)
    counted = Counter(word for cell in cells for word in WORD.findall(str(cell["source"])))
    for person in people:
        assert [word for word in person.acknowledged if counted[word] != 1] == []


def _pair(server, prepared):
    return [((name, server), token) for name, token in zip(NAMES, prepared["tokens"], strict=True)]


async def _settle(people: list[Typist]) -> None:
    """All on one line again, everything stored, everybody has everything."""
    for person in people:
        await person.close()
        await person.connect()
        await person.wait_for(person.synced.is_set, 20)
        await person.wait_saved(20)
    total = sum(len(person.typed) for person in people)
    for person in people:
        await person.wait_for(lambda person=person: len(_words(person)) >= total, 20)


def _words(person: Typist) -> list[str]:
    return [
        word for index in range(len(person.cells)) for word in WORD.findall(person.source(index))
    ]


def _check(people: list[Typist]) -> None:
    counted = Counter(_words(people[0]))
    for person in people:
        lost = [word for word in person.acknowledged if counted[word] != 1]
        assert lost == [], f"{person.name}: acknowledged, yet not there exactly once"
        assert [word for word in person.typed if counted[word] != 1] == []
        assert len(person.acknowledged) > KILLS, "the test must have acknowledged something"
    assert sum(counted.values()) == sum(len(person.typed) for person in people)
    ids = [str(cell["id"]) for cell in people[0].cells]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == len(LESSON["cells"]) + sum(person.added_cells for person in people)


def _as_file(shown: dict) -> dict:
    """As nbformat writes it: texts as lists of lines."""
    return json.loads(notebook.write(shown))
