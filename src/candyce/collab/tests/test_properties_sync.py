"""Any interleaving of pages, lost lines, killed processes and failing commits ends with one document.

Two processes' rooms share a log in memory; hypothesis decides what happens in which order. The loop's
time does not pass by itself, so that pauses between tries cost nothing.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections import Counter, deque

import pytest
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycrdt import Array

from candyce.collab import notebook, protocol, rights, store
from candyce.collab.client import LiveClient
from candyce.collab.connection import Connection
from candyce.collab.models import LiveDocument
from candyce.collab.protocol import read_state
from candyce.collab.replica import load_doc
from candyce.collab.room import Gone, Room
from candyce.collab.updates import read_update
from candyce.collab.writer import RETRIES, Writer
from candyce.projects.tokens import Token

WORD = re.compile(r"<(\w+)>")
PROJECT, PERSON = uuid.uuid4(), uuid.uuid4()
LESSON = b'{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# "}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


class HurriedLoop(asyncio.SelectorEventLoop):
    """Goes on to the next appointment at once when there is nothing else to do."""

    _ahead = 0.0

    def time(self):
        return super().time() + self._ahead

    def _run_once(self):
        if not self._ready and self._scheduled:
            self._ahead += max(0.0, self._scheduled[0]._when - self.time())
        super()._run_once()


class Log:
    """What ``store`` does, in memory."""

    def __init__(self):
        self.snapshot, self.snapshot_seq = b"", 0
        self.updates: list[bytes] = [notebook.make_seed(LESSON, limit=10_000)]

    @property
    def last_seq(self):
        return self.snapshot_seq + len(self.updates)

    def load(self, _document_id):
        first = [self.snapshot] if self.snapshot else []
        return store.Content([*first, *self.updates], self.last_seq, self.snapshot_seq)

    def load_since(self, _document_id, seq):
        return None if seq < self.snapshot_seq else self.updates[seq - self.snapshot_seq :]

    def append(self, batch):
        for entries in batch.values():
            self.updates += [entry.data for entry in entries]
        return dict.fromkeys(batch, self.last_seq)

    def compact(self):
        self.snapshot = self.doc().get_update()
        self.snapshot_seq, self.updates = self.last_seq, []

    def doc(self):
        return load_doc(self.load(1).updates)

    def check_order(self):
        """Nothing builds on what does not stand before it."""
        state = read_state(load_doc([self.snapshot]).get_state())
        for update in map(read_update, self.updates):
            assert update.fits(state)
            update.advance(state)


class Threads:
    """The database's threads: each answer comes some turns of the loop later, or not at all."""

    def __init__(self, world):
        self.world, self.dead = world, False

    async def run(self, function, *arguments):
        await self.world.pause()
        answer = getattr(self.world.log, function.__name__)(*arguments)
        await self.world.pause()
        return answer

    async def write(self, _append, batch):
        await self.world.pause()
        trouble, self.world.trouble = self.world.trouble, None
        self.world.full = max(0, self.world.full - 1)
        if self.dead or trouble == "fail" or self.world.full:
            raise OperationalError("disk full")
        answer = self.world.log.append(batch)
        await self.world.pause()
        if trouble == "unsure":  # committed, and the line to the database broke before it said so
            raise OperationalError("server closed the connection")
        return answer


class Process:
    def __init__(self, world):
        self.world = world
        self.threads, self.relay = Threads(world), None
        self.writer = Writer(self.threads)
        self.room: Room | None = None
        self.lines: set[asyncio.Task] = set()

    def open(self):
        if self.room is None:
            document = LiveDocument(
                pk=1, project_id=PROJECT, path="a.ipynb", last_seq=self.world.log.last_seq
            )
            self.room = Room(self, document)
        return self.room

    def forget(self, room):
        if self.room is room:
            self.room = None
            room.close()

    def kill(self):
        self.threads.dead = True
        for line in self.lines:
            line.cancel()
        if self.room is not None:
            for task in self.room._tasks:
                task.cancel()


class Tab(LiveClient):
    """A page whose line is a pair of queues."""

    def __init__(self, world, name):
        super().__init__("ws://nowhere", PROJECT, "a.ipynb", "")
        self.world, self.name, self.count = world, name, 0
        self.to_server: asyncio.Queue | None = None
        self.task: asyncio.Task | None = None
        self.connection: Connection | None = None
        self.on_its_way: deque[bytes] = deque()
        self.typed: list[str] = []
        self.acknowledged: set[str] = set()
        self.waiting: list[tuple[int, str]] = []

    @property
    def connected(self):
        return self.task is not None and not self.task.done()

    def go_online(self, process):
        self.go_offline()
        self.sent = self.saved = 0
        self._caught_up = False
        self.synced.clear()
        self.waiting, self.on_its_way = [], deque()
        self.to_server = asyncio.Queue()
        self.task = asyncio.get_running_loop().create_task(self._serve(process))
        process.lines.add(self.task)
        self.send(protocol.sync_message(protocol.STEP1, self.doc.get_state()))

    def go_offline(self):
        if self.task is not None:
            self.task.cancel()
        self.task = self.connection = None

    async def _serve(self, process):
        """What ``app`` does with a connection."""
        room = process.open()
        connection = Connection(self.world.grant, room, "en")
        try:
            await room.join(connection)
            self.connection = connection
            while True:
                message = protocol.read_message(await self.to_server.get())
                await room.receive(connection, message)
        except Gone:
            return
        finally:
            room.leave(connection)

    def send(self, message):
        self.on_its_way.append(message)

    def deliver(self, count):
        while self.on_its_way and count and self.to_server is not None:
            self.to_server.put_nowait(self.on_its_way.popleft())
            count -= 1

    def listen(self):
        connection = self.connection
        if connection is None:
            return
        while connection._queue:
            message = connection._queue.popleft()
            if message is None:
                connection._saved_queued = False
                message = protocol.saved_message(connection.saved)
            self._hear(message)
        if connection.closing is not None:
            assert connection.closing.code == protocol.CLOSE_LATER, connection.closing
            self.go_offline()

    def _sync(self, step, payload):
        before = self.sent
        super()._sync(step, payload)
        if step == protocol.STEP1:
            unsaved = [word for word in self.typed if word not in self.acknowledged]
            if self.sent > before:
                self.waiting = [(self.sent, word) for word in unsaved]
            else:
                self.acknowledged.update(unsaved)

    def _hear(self, data):
        super()._hear(data)
        assert self.rejected == []
        self.acknowledged.update(word for ordinal, word in self.waiting if ordinal <= self.saved)
        self.waiting = [pair for pair in self.waiting if pair[0] > self.saved]

    def write(self):
        if not len(self.cells):
            return
        word = f"{self.name}{len(self.typed)}"
        self.typed.append(word)
        before = self.sent
        self.type(0, f"<{word}>", at=None if len(self.typed) % 3 else 0)
        if self.sent > before:
            self.waiting.append((self.sent, word))


class World:
    def __init__(self, tabs, pauses):
        self.log, self.trouble = Log(), None
        self.full = 0  # so many writings fail
        self.pauses = deque(pauses)
        token = Token(PROJECT, PERSON, ("read", "write"), 0, 0, 2**40)
        self.grant = rights.Grant(
            token, frozenset({"read", "write"}), None, {"username": "bob", "name": "Bob"}
        )
        self.processes = [Process(self), Process(self)]
        self.tabs = [Tab(self, f"{chr(97 + n)}x") for n in range(tabs)]

    async def pause(self):
        self.pauses.rotate(1)
        for _ in range(self.pauses[0]):
            await asyncio.sleep(0)

    async def act(self, kind, who, number):  # noqa: C901, PLR0912 a list of what may happen
        tab = self.tabs[who % len(self.tabs)]
        process = self.processes[number % 2]
        if kind == "type":
            tab.write()
        elif kind == "online":
            tab.go_online(process)
        elif kind == "offline":
            tab.go_offline()
        elif kind == "deliver":
            tab.deliver(number)
        elif kind == "listen":
            tab.listen()
        elif kind == "wait":
            for _ in range(number):
                await asyncio.sleep(0)
        elif kind == "time":
            await asyncio.sleep(number if number > 6 else number / 100)
        elif kind in {"fail", "unsure"}:
            self.trouble = kind
        elif kind == "full":  # for longer than the writer's patience
            self.full = RETRIES + 1
        elif kind == "compact":
            self.log.compact()
        elif kind == "kill":
            process.kill()
            self.processes[number % 2] = Process(self)
            for tab in self.tabs:
                if tab.task in process.lines:
                    tab.go_offline()
        elif kind == "rest" and process.room is not None:
            process.room._drop_replica()
        elif kind == "news" and process.room is not None:
            self._tell_news(process.room, number)

    def _tell_news(self, room, number):
        """Redis: any number of the log, in any order, as often as it likes, with its copy or without."""
        seq = max(1, self.log.last_seq - number // 2)
        at = seq - self.log.snapshot_seq - 1
        data = self.log.updates[at] if at >= 0 and number % 2 else None
        room.take_news(seq, data)

    async def settle(self):
        """All lines good, all told, nothing under way."""
        self.trouble, self.full = None, 0
        for number, tab in enumerate(self.tabs):
            tab.go_online(self.processes[number % 2])
        for _ in range(60):
            for tab in self.tabs:
                tab.deliver(1000)
                tab.listen()
                if not tab.connected:
                    tab.go_online(self.processes[0])
            for process in self.processes:
                if process.room is not None:
                    process.room.hear_of(self.log.last_seq)
            await asyncio.sleep(0.05)

    def check(self):
        shown = notebook.read(self.log.doc())
        counted = Counter(WORD.findall(str(self.log.doc().get("cells", type=Array)[0]["source"])))
        for tab in self.tabs:
            assert [word for word in tab.typed if counted[word] != 1] == []
            assert set(tab.typed) == tab.acknowledged
            assert notebook.read(tab.doc) == shown

    def check_acknowledged(self):
        for tab in self.tabs:
            if tab.task is not None and tab.task.done() and not tab.task.cancelled():
                assert tab.task.exception() is None
        self.log.check_order()
        counted = Counter(WORD.findall(str(self.log.doc().get("cells", type=Array)[0]["source"])))
        for tab in self.tabs:
            assert [word for word in tab.acknowledged if counted[word] != 1] == []


KINDS = {
    "type": 8, "online": 4, "offline": 2, "deliver": 6, "listen": 6, "wait": 6, "time": 3, "fail": 1,
    "unsure": 1, "full": 1, "compact": 1, "kill": 1, "rest": 1, "news": 3,
}  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from([kind for kind, weight in KINDS.items() for _ in range(weight)]),
        st.integers(0, 3),
        st.integers(0, 9),
    ),
    min_size=10,
    max_size=120,
)


async def live_through(steps, tabs, pauses):
    world = World(tabs, pauses)
    for number, tab in enumerate(world.tabs):
        tab.go_online(world.processes[number % 2])
    for step in steps:
        await world.act(*step)
        world.check_acknowledged()
    await world.settle()
    world.check()
    for process in world.processes:
        process.kill()
    await asyncio.sleep(0)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    steps=STEPS,
    tabs=st.integers(1, 4),
    pauses=st.lists(st.integers(0, 4), min_size=1, max_size=7),
)
def test_all_pages_end_with_one_document_and_what_was_acknowledged_is_in_it(
    caplog: pytest.LogCaptureFixture, steps, tabs, pauses
):
    caplog.set_level("CRITICAL")
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        runner.run(live_through(steps, tabs, pauses))


def test_the_hurried_loop_keeps_the_order_of_appointments():
    async def wait():
        said = []
        await asyncio.gather(*(_say_after(delay, said) for delay in (30, 10, 20)))
        return said

    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        assert runner.run(wait()) == [10, 20, 30]


async def _say_after(delay, said):
    await asyncio.sleep(delay)
    said.append(delay)
