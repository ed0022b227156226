"""All rooms of one process, and what must happen by itself: rights, files, sleep."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import DatabaseError

from candyce.collab import actions, bell, limits, protocol, rights, store
from candyce.collab import relay_messages as messages
from candyce.collab.connection import Connection
from candyce.collab.database import DatabaseThreads
from candyce.collab.kinds import Kind
from candyce.collab.relay import Relay
from candyce.collab.relay_messages import Message
from candyce.collab.room import Room
from candyce.collab.watching import Watch, note_people
from candyce.collab.writer import Writer
from candyce.lib.memory import collect, give_back

logger = logging.getLogger(__name__)
TICK = 0.5
RIGHTS_TICK = 0.25
MATERIALISE_SHARE = 5  # pause this many times as long as the work took: a sixth of a core at most
RIGHTS_AT_ONCE = 50
SEQS_AT_ONCE = 500
LEFT = 500


class Hub:
    """Rooms by document. Lives on one event loop; other threads ring the ``bell``."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.threads = DatabaseThreads()
        self.writer = Writer(self.threads)
        self.rooms: dict[int, Room] = {}
        self.connections = 0
        self.rings = 0  # how often rights may have changed; says which of two answers is the newer
        self.left = 0  # rooms and connections that ended since their remains were collected
        self.relay = Relay(settings.CANDYCE_REDIS_URL, self) if settings.CANDYCE_REDIS_URL else None
        self._seqs_at = 0.0
        self._to_compare: set[int] = set()  # documents whose channel we have just begun to hear
        self._tasks = [
            self.loop.create_task(self._run(step, pause))
            for step, pause in (
                (self._check_rights, RIGHTS_TICK),
                (self._check_seqs, TICK),
                (self._materialise, TICK),
                (self._sweep, 5.0),
                (self._forget_watchers, 2.0),
            )
        ]

    async def _run(self, step: Callable[[], object], pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                await step()  # type: ignore[misc]
            except Exception:
                logger.exception("Live documents: %s failed", step.__name__)

    async def open(self, project_id: uuid.UUID, path: str) -> Room:
        """The room of a file; raises what :func:`store.open_document` raises."""
        document = await self.threads.run(store.open_document, project_id, path)
        room = self.rooms.get(document.pk)
        if room is None:
            room = self.rooms[document.pk] = Room(self, document)
            if self.relay is not None:
                self.relay.watch(document.pk)
        elif document.last_seq > room.order.seq:
            await room.catch_up()
        return room

    def forget(self, room: Room) -> None:
        if self.rooms.get(room.document_id) is room:
            del self.rooms[room.document_id]
            self.left += 1
            room.close()
            if self.relay is not None:
                self.relay.unwatch(room.document_id)

    # -- what the bell says -------------------------------------------------------------------

    def on_grown(self, document_id: int) -> None:
        room = self.rooms.get(document_id)
        if room is not None:
            room.start(room.catch_up())

    def on_gone(self, document_id: int) -> None:
        room = self.rooms.get(document_id)
        if room is not None:
            room.start(self._end(room))

    async def _end(self, room: Room) -> None:
        """The document is gone: tell its pages whether the file is, or only the live text."""
        replaced = await self.threads.run(store.has_file, room.project_id, room.path)
        if replaced and room.kind is Kind.TEXT:
            room.close_all(protocol.CLOSE_NOT_TEXT, "not_text")
        else:
            room.close_all(protocol.CLOSE_GONE, "not_found")
        self.forget(room)

    def on_access(self, project_ids: set[uuid.UUID]) -> None:
        self.rings += 1
        for room in list(self.rooms.values()):
            if room.project_id in project_ids and room.connections:
                room.start(self.check(list(room.connections)))

    def on_watch(self, watch: Watch) -> None:
        for room in self._look(watch):
            note_people(room.project_id, room.path, room.people)

    def _look(self, watch: Watch) -> list[Room]:
        watched = [room for room in self.rooms.values() if room.project_id in watch.project_ids]
        for room in watched:
            room.look(watch)
        return watched

    def _tell_connected(self, rooms: list[Room]) -> None:
        """Answer a look from another process."""
        rows = [[str(r.project_id), r.path, [str(one) for one in r.people]] for r in rooms]
        if rows and self.relay is not None:
            self.relay.post(None, messages.CONNECTED, messages.write_json(rows))

    async def _forget_watchers(self) -> None:
        for room in list(self.rooms.values()):
            room.forget_watchers()

    def on_people(self, user_ids: set[uuid.UUID]) -> None:
        self.rings += 1
        for room in list(self.rooms.values()):
            if theirs := [one for one in room.connections if one.grant.user_id in user_ids]:
                room.start(self.check(theirs))

    # -- what the relay says ------------------------------------------------------------------

    def on_relay(self, document_id: int | None, message: Message) -> None:
        if message.kind == messages.ACCESS:
            self.on_access(messages.read_ids(message.body))
        elif message.kind == messages.PEOPLE:
            self.on_people(messages.read_ids(message.body))
        elif message.kind == messages.WATCH:
            self._tell_connected(self._look(messages.read_watch(message.body)))
        elif message.kind == messages.CONNECTED:
            for project, path, users in messages.read_json(message.body):
                name = f"{message.sender.hex()}/{path}"
                note_people(uuid.UUID(project), name, {uuid.UUID(one) for one in users})
        elif document_id is not None and message.kind == messages.GONE:
            self.on_gone(document_id)
        elif document_id is not None and (room := self.rooms.get(document_id)):
            room.peers.hear(message)

    def on_back(self) -> None:
        """Redis is there, again perhaps: bells may have rung that nobody carried to us."""
        self.rings += 1
        for room in self.rooms.values():
            for connection in room.connections:
                connection.check_at = 0.0

    def on_watched(self, document_id: int) -> None:
        """From now on its news come; what came before is asked of the database, for many at once."""
        if room := self.rooms.get(document_id):
            room.peers.greet()
            self._to_compare.add(document_id)

    def on_unheard(self, document_id: int) -> None:
        if room := self.rooms.get(document_id):
            room.peers.others.clear()

    def on_process_gone(self, process: bytes) -> None:
        for room in self.rooms.values():
            room.peers.forget(process)

    # -- rights -------------------------------------------------------------------------------

    async def _check_rights(self) -> None:
        """Ask for the rights of the connections where it is time to."""
        now = time.monotonic()
        due = [
            connection
            for room in list(self.rooms.values())
            for connection in room.connections
            if connection.check_at <= now
        ]
        await self.check(due)

    async def check(self, connections: Iterable[Connection]) -> None:
        waiting = list(connections)
        while waiting:
            some, waiting = waiting[:RIGHTS_AT_ONCE], waiting[RIGHTS_AT_ONCE:]
            for connection in some:
                connection.plan_check()
            tokens = [connection.grant.token for connection in some]
            asked = self.rings
            try:
                answers = await self.threads.run(rights.grant_many, tokens)
            except DatabaseError:
                for connection in [*some, *waiting]:
                    connection.check_at = time.monotonic() + 1
                raise
            for connection, answer in zip(some, answers, strict=True):
                if asked >= connection.asked:  # an older answer may come after a newer one
                    connection.asked = asked
                    self._hear(connection, answer)

    def _hear(self, connection: Connection, answer: rights.Grant | rights.Refused) -> None:
        if isinstance(answer, rights.Refused):
            connection.close(answer.close_code, answer.reason)
        elif connection.grant.token.expires + limits.TOKEN_GRACE < time.time():
            connection.close(protocol.CLOSE_TOKEN, "token_expired")
        elif answer.token == connection.grant.token:
            self.take(connection, answer)

    def take(self, connection: Connection, grant: rights.Grant) -> None:
        """These are the connection's rights from now on."""
        could = connection.grant.can_write
        connection.grant = grant
        connection.plan_check()
        connection.send_status()
        if grant.can_write and not could:
            connection.room.start(self._ask(connection))

    @staticmethod
    async def _ask(connection: Connection) -> None:
        # What was typed while writing was withheld comes with the answer.
        connection.room.ask(connection, await connection.room.get_replica())

    async def _check_seqs(self) -> None:
        """Notice what other processes appended, and documents that are gone.

        Now and then for all rooms; every time for all while Redis is away, and for those whose channel we
        have just begun to hear.
        """
        if self.relay is not None:
            self.relay.sweep()
        now = time.monotonic()
        blind = self.relay is not None and not self.relay.is_up
        if blind or now - self._seqs_at >= limits.NUMBERS_EVERY:
            self._seqs_at = now
            ids = list(self.rooms)
        else:
            ids = [one for one in self._to_compare if one in self.rooms]
        self._to_compare.clear()
        for start in range(0, len(ids), SEQS_AT_ONCE):
            await self._compare(ids[start : start + SEQS_AT_ONCE])

    async def _compare(self, ids: list[int]) -> None:
        seqs = await self.threads.run(store.get_last_seqs, ids)
        for document_id in ids:
            room = self.rooms.get(document_id)
            if room is None:
                continue
            if document_id not in seqs:
                await self._end(room)
            elif seqs[document_id] > room.order.seq + room.writing:
                room.hear_of(seqs[document_id])

    # -- files --------------------------------------------------------------------------------

    async def _materialise(self) -> None:
        """Bring the stalest due room's file up to date, one at a time, leaving time to the rooms."""
        for room in sorted(self.rooms.values(), key=lambda room: room.dirty_at):
            now = time.monotonic()
            # Who typed it here writes the file; for what came from elsewhere we only stand in.
            pause = limits.MATERIALISE_AFTER * (1 if room.typed_here else 3)
            quiet = now - room.edited_at >= pause or not room.connections
            if room.dirty and (quiet or now - room.dirty_at >= limits.MATERIALISE_AT_MOST):
                await self._materialise_room(room)
                await asyncio.sleep(min(1.0, MATERIALISE_SHARE * (time.monotonic() - now)))

    async def _materialise_room(self, room: Room) -> None:
        room.dirty, room.typed_here = False, False
        try:
            await self.threads.slow(actions.materialise_document, room.document_id)
        except Exception:
            room.touch()  # try again later; the log has everything
            raise

    async def _sweep(self) -> None:
        now = time.monotonic()
        for room in list(self.rooms.values()):
            room.rest(now)
            if room.is_idle and now - room.used_at > limits.ROOM_IDLE:
                self.forget(room)
            elif room.size > room.limit // 2:
                room.measure()

        if self.left > max(LEFT, len(self.rooms) + self.connections):
            # A class has gone: more is behind than ahead, so looking at everything is worth it.
            self.left = 0
            collect()
            await self.threads.slow(give_back)

    # -- the end ------------------------------------------------------------------------------

    async def close(self) -> None:
        """End politely: pages reconnect elsewhere; everything submitted is stored."""
        for task in self._tasks:
            task.cancel()
        for room in self.rooms.values():
            room.close_all(protocol.CLOSE_RESTART, "restart")
        await self.writer.flush()
        if self.relay is not None:
            await self.relay.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3):
                for room in list(self.rooms.values()):
                    if room.dirty:
                        await self._materialise_room(room)
        for room in list(self.rooms.values()):
            self.forget(room)
        await asyncio.to_thread(self.threads.close)


def get_hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    hub = bell.listeners.get(loop)
    if hub is None:
        hub = bell.listeners[loop] = Hub()
    assert isinstance(hub, Hub)
    return hub


async def close_hub() -> None:
    """Close the hub of the running event loop, if there is one."""
    hub = bell.listeners.pop(asyncio.get_running_loop(), None)
    if isinstance(hub, Hub):
        await hub.close()
