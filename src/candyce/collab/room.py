"""A live document with people in it.

Order of things: an update is checked and applied to the replica, handed to the writer, and only when
the store has it on disk is it acknowledged to its author and sent to the others.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import deque
from typing import TYPE_CHECKING, Any

from django.conf import settings

from candyce.collab import limits, protocol, store
from candyce.collab.comments import shared as comments
from candyce.collab.connection import Connection
from candyce.collab.kinds import Kind, get_kind, make_replica
from candyce.collab.order import Order
from candyce.collab.peers import Peers
from candyce.collab.presence import Presence
from candyce.collab.protocol import EMPTY_UPDATE
from candyce.collab.replica import Applied, Gap, Replica
from candyce.collab.updates import InvalidUpdate, Summary, read_update
from candyce.collab.watching import Watch, Watchers
from candyce.collab.writer import Job

if TYPE_CHECKING:
    from candyce.collab.hub import Hub

logger = logging.getLogger(__name__)
RESYNCS = 5  # of one connection, in a row
PARSE_IN_THREAD = 256 * 1024
PATIENCE = 0.05  # seconds: a number that is missing is usually on its way


class Room:
    def __init__(self, hub: Hub, document: store.LiveDocument) -> None:
        self.hub = hub
        self.document_id: int = document.pk
        self.project_id: uuid.UUID = document.project_id
        self.path: str = document.path
        self.kind = get_kind(document.path)
        self.order = Order(document.last_seq)  # every page here has been sent the updates up to it
        self.size = 0
        self.connections: set[Connection] = set()
        self.presence = Presence()
        self.watchers = Watchers()
        self.peers = Peers(self, hub.relay)
        self.used_at = self.edited_at = self.dirty_at = time.monotonic()
        self.dirty = document.last_seq > document.materialised_seq
        self.typed_here = False  # since the file was written last
        self._closed = False
        self._replica: Replica | None = None
        self._loaded_seq = 0
        self._missed: list[bytes] = []  # came while the replica was being loaded
        self._waiting_for_news = False
        self._mending = False
        self._state: dict[int, int] | None = None
        self._loading = asyncio.Lock()
        self._catching_up = asyncio.Lock()
        self._uncommitted: deque[bytes] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    # -- the replica --------------------------------------------------------------------------

    async def get_replica(self) -> Replica:
        self.used_at = time.monotonic()
        if self._closed:
            raise Gone
        if self._replica is not None:
            return self._replica
        async with self._loading:
            if self._replica is None:
                await self._load()
        assert self._replica is not None
        return self._replica

    async def _load(self) -> None:
        # Nothing is submitted without a replica: what is under way now is all there is.
        held = list(self._uncommitted)
        self._missed = []
        content = await self.hub.threads.run(store.load, self.document_id)
        if content is None or self._closed:
            self.close_all(protocol.CLOSE_GONE, "not_found")
            raise Gone
        self._replica = make_replica([*content.updates, *held, *self._missed], self.kind)
        self._state = self._replica.state
        self._loaded_seq = content.seq
        self.size = content.size
        self.hear_of(content.seq)

    def rest(self, now: float) -> None:
        """Leave memory when nothing happened for a while."""
        if self._replica is not None and now - self.used_at > limits.DOCUMENT_IDLE:
            self._state = dict(self._replica.state)
            self._drop_replica()

    def _drop_replica(self) -> None:
        if self._replica is not None:
            self._replica.close()
            self._replica = None

    def close(self) -> None:
        """The room is left for good; who still speaks in it is told so."""
        self._closed = True
        self.peers.leave()
        self._drop_replica()

    @property
    def is_idle(self) -> bool:
        return not self.connections and not self._uncommitted and not self._tasks and not self.dirty

    @property
    def people(self) -> set[uuid.UUID]:
        return {connection.grant.user_id for connection in self.connections}

    @property
    def is_writing(self) -> bool:
        return bool(self._uncommitted)

    @property
    def limit(self) -> int:
        """What the document may grow to, in bytes."""
        return limits.TEXT_DOCUMENT if self.kind is Kind.TEXT else settings.FILE_LIMIT

    @property
    def writing(self) -> int:
        """How many updates are on their way to the log."""
        return len(self._uncommitted)

    def measure(self) -> None:
        """Find the true size: deleted text is still counted in the sum of the updates."""
        if self._replica is not None:
            self.size = self._replica.size()

    def start(self, coroutine) -> None:  # type: ignore[no-untyped-def]
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() and not isinstance(task.exception(), Gone):
            logger.error("A room's task failed", exc_info=task.exception())

    # -- people -------------------------------------------------------------------------------

    async def join(self, connection: Connection) -> None:
        replica = await self.get_replica()
        self.connections.add(connection)
        connection.send_status()
        self.ask(connection, replica)

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self.used_at = time.monotonic()
        if farewell := self.presence.leave(connection):
            self._tell_presence(farewell, connection)

    def _tell_presence(self, news: dict[int, tuple[int, Any]], author: Connection) -> None:
        self.send_all(protocol.awareness_message(news), author)
        self.peers.tell_presence(news, author.grant.user_id)

    def look(self, watch: Watch) -> None:
        """Somebody looks at this document from outside, and everybody here may know."""
        if self.connections and (news := self.watchers.look(watch, time.monotonic())):
            self.send_all(protocol.awareness_message(news))

    def forget_watchers(self) -> None:
        if self.watchers and (farewell := self.watchers.expire(time.monotonic())):
            self.send_all(protocol.awareness_message(farewell))

    def close_all(self, code: int, reason: str = "") -> None:
        for connection in self.connections:
            connection.close(code, reason)

    def send_all(self, message: bytes, author: Connection | None = None) -> None:
        for connection in self.connections:
            if connection is not author and connection.synced:
                connection.send(message)

    # -- messages -----------------------------------------------------------------------------

    async def receive(self, connection: Connection, message: protocol.Message) -> None:
        if isinstance(message, protocol.Update):
            if message.data != EMPTY_UPDATE:
                await self._receive_update(connection, message)
            elif message.answer:
                connection.gap = False  # it has nothing of what we asked for
        elif isinstance(message, protocol.Step1):
            await self._answer(connection, message.state)
        elif isinstance(message, protocol.Awareness):
            news = self.presence.update(connection, connection.grant.identity, message.states)
            if news:
                self._tell_presence(news, connection)

    async def _answer(self, connection: Connection, state: dict[int, int]) -> None:
        # A page that has had everything asks to see whether the line is alive.
        if connection.synced and state == self._state:
            missing = EMPTY_UPDATE
        else:
            missing = (await self.get_replica()).diff(state)
        if not connection.synced:
            # From here on it is sent what is news, so now it is told who is here already.
            connection.synced = True
            if states := self.presence.all() | self.watchers.all():
                connection.send(protocol.awareness_message(states))
        connection.send(protocol.sync_message(protocol.STEP2, missing))

    async def _receive_update(self, connection: Connection, message: protocol.Update) -> None:
        connection.received += 1
        ordinal = connection.received
        if refusal := self._refuse(connection, len(message.data)):
            connection.reject(ordinal, refusal)
            return
        try:
            plain = self.kind is Kind.TEXT
            if len(message.data) > PARSE_IN_THREAD:
                summary = await asyncio.to_thread(read_update, message.data, plain=plain)
            else:
                summary = read_update(message.data, plain=plain)
            replica = await self.get_replica()
            if not summary.fits(replica.state):
                # What it builds on may have been stored by another process a moment ago.
                await self.catch_up()
                replica = await self.get_replica()
            applied = self._apply(replica, connection, message.data, summary)
        except Gap:
            # Until the answer comes, all that is typed builds on the same thing, and comes with it.
            if message.answer or not connection.gap:
                self._ask_again(connection, ordinal)
        except InvalidUpdate as error:
            logger.warning("Refused an update of %s: %s", connection.user_id, error)
            self._refuse_invalid(connection, ordinal)
        else:
            quiet = connection.gap and not message.answer
            connection.gap = quiet
            if message.answer:
                connection.resyncs = 0
            self._store(connection, applied, 0 if quiet else ordinal)
            if applied.meddled:
                logger.warning("%s wrote into the comments", connection.user_id)
                self._mend_comments()

    def _apply(
        self, replica: Replica, connection: Connection, data: bytes, summary: Summary
    ) -> Applied:
        grant = connection.grant
        try:
            return replica.apply(data, summary, guarded=not grant.can_manage, author=grant.author)
        finally:
            if replica.broken and self._replica is replica:
                self._drop_replica()

    def _refuse(self, connection: Connection, size: int) -> str | None:
        """Why this connection may not send an update of this size now."""
        if not connection.grant.can_write:
            return connection.grant.code or "read_only"
        if size > limits.MESSAGE:
            return "too_large"
        if size > limits.SMALL_UPDATE or self.size > self.limit * 5 // 4:
            if self.size + size > self.limit:
                return "too_large"
            if connection.grant.full:
                return "quota_full"
        return None

    def _ask_again(self, connection: Connection, ordinal: int) -> None:
        connection.resyncs += 1
        if connection.resyncs > RESYNCS or self._replica is None:
            logger.warning("Refused an update of %s: what it needs never comes", connection.user_id)
            self._refuse_invalid(connection, ordinal)
            return
        connection.gap = True
        self.ask(connection, self._replica)

    def ask(self, connection: Connection, replica: Replica) -> None:
        """Ask for what the page has beyond this replica.

        A page that has nothing more takes it that all is saved: so the question waits until everything
        that it does not ask for is on the disk.
        """
        question = protocol.sync_message(protocol.STEP1, protocol.write_state(replica.state))
        if not self._uncommitted:
            connection.send(question)
            return

        def done(seq: int | None) -> None:
            if seq:
                connection.send(question)

        self.hub.writer.submit(Job(self.document_id, None, None, done))

    def _refuse_invalid(self, connection: Connection, ordinal: int) -> None:
        connection.invalid += 1
        connection.reject(ordinal, "invalid_update")
        if connection.invalid >= limits.INVALID_UPDATES:
            connection.close(protocol.CLOSE_POLICY, "invalid_update")

    def _mend_comments(self) -> None:
        """Have them written anew from the database: what was put back may be old by now."""
        if not self._mending:
            self._mending = True
            self.start(self._write_comments())

    async def _write_comments(self) -> None:
        await asyncio.sleep(limits.MEND_COMMENTS)
        self._mending = False
        await self.hub.writer.flush()
        await self.hub.threads.write(comments.refresh, self.document_id)

    # -- storing ------------------------------------------------------------------------------

    def _store(self, connection: Connection | None, applied: Applied, ordinal: int) -> None:
        data = applied.news
        if data is not None:
            self._uncommitted.append(data)
            self.size += len(data)
        author = connection.grant.user_id if connection else None
        echo = None if applied.repaired else connection

        def done(seq: int | None) -> None:
            self._stored(seq, data, echo)
            if connection is not None and ordinal and seq:
                connection.send_saved(ordinal)

        self.hub.writer.submit(Job(self.document_id, data, author, done))

    def _stored(self, seq: int | None, data: bytes | None, author: Connection | None) -> None:
        if data is not None:
            self._uncommitted.popleft()
        if not seq:
            # Gone, or the store failed: what pages hold is sent again when they come back.
            code = protocol.CLOSE_LATER if seq is None else protocol.CLOSE_GONE
            self.close_all(code, "store" if seq is None else "not_found")
            self.hub.forget(self)
            return
        if data is None:
            return
        self.send_all(protocol.sync_message(protocol.UPDATE, data), author)
        self.peers.tell_update(seq, data)
        self.typed_here = True
        self.touch()
        self._take_in(self.order.place(seq, None))
        self._wait_for_news()

    def touch(self) -> None:
        self.edited_at = time.monotonic()
        if not self.dirty:
            self.dirty, self.dirty_at = True, self.edited_at

    # -- what others stored ---------------------------------------------------------------------

    def take_news(self, seq: int, data: bytes | None) -> None:
        """Another process stored update ``seq``; without ``data`` it is in the log."""
        if data is None:
            self.order.hear_of(seq)
        else:
            self._take_in(self.order.place(seq, data))
        self._wait_for_news()

    def hear_of(self, seq: int) -> None:
        """The log goes up to ``seq`` at least."""
        self.order.hear_of(seq)
        self._wait_for_news()

    def _wait_for_news(self) -> None:
        if self.order.is_behind and not self._waiting_for_news:
            self._waiting_for_news = True
            self.start(self._catch_up_soon())

    async def _catch_up_soon(self) -> None:
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            self._waiting_for_news = False
        if self.order.is_behind:
            await self.catch_up()

    async def catch_up(self) -> None:
        """Take in what others (another process, an HTTP save) appended to the log."""
        async with self._catching_up:
            since = self.order.seq
            updates = await self.hub.threads.run(store.load_since, self.document_id, since)
            if updates is None:
                await self._start_over()
                return
            for seq, data in enumerate(updates, since + 1):
                self._take_in(self.order.place(seq, data))

    async def _start_over(self) -> None:
        """The log was compacted past us: send everything, duplicates do no harm."""
        self._drop_replica()
        replica = await self.get_replica()
        self.send_all(protocol.sync_message(protocol.UPDATE, replica.diff({})))
        self._take_in(self.order.jump(self._loaded_seq))

    def _take_in(self, updates: list[bytes]) -> None:
        """Updates that are stored already: no need to check them, only to pass them on."""
        for data in updates:
            if self._replica is not None:
                try:
                    self._replica.apply(data, stored=True)
                except (Gap, InvalidUpdate):
                    self._drop_replica()
            if self._replica is None:
                self._state = None
                if self._loading.locked():
                    self._missed.append(data)
            # Passed on even if the replica knew it: it may have been loaded after the pages were told.
            self.send_all(protocol.sync_message(protocol.UPDATE, data))
        if updates:
            self.touch()


class Gone(Exception):
    """The document was deleted."""
