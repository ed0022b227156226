"""From process to process: Redis carries hints and copies, the database orders and keeps.

What is lost on the way is only late: a room that misses a number reads the log, and while Redis is away
the hub asks the database every half second. Nothing waits for Redis.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections import deque
from typing import NamedTuple, Protocol

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from candyce.collab import relay_messages as messages
from candyce.collab.relay_messages import Message

logger = logging.getLogger(__name__)

BEAT = 2.0  # seconds between two signs of life of a process
SILENT = 10.0  # a process that was not heard for so long is gone
ANSWER = 3.0  # an operation that takes longer has failed
PAUSE, LONGEST_PAUSE = 0.1, 3.0  # before the next try to connect
WAITING = 5000  # messages not sent yet; beyond, copies are dropped (the log has them)
AT_ONCE = 200


class Listener(Protocol):
    """What hears the relay, on the relay's event loop."""

    def on_relay(self, document_id: int | None, message: Message) -> None: ...
    def on_back(self) -> None: ...
    def on_watched(self, document_id: int) -> None: ...
    def on_unheard(self, document_id: int) -> None: ...
    def on_process_gone(self, process: bytes) -> None: ...


class _Silent(Exception):
    """Our own sign of life did not come back: the line is dead, whatever the system says."""


class _Post(NamedTuple):
    document_id: int | None
    kind: int
    body: bytes
    keep: bool  # also through a pause of Redis: a bell


class Relay:
    """``id`` names this process. Documents are ``watched`` while a room of theirs is here."""

    def __init__(self, url: str, listener: Listener) -> None:
        self.id = secrets.token_bytes(8)
        self.is_up = False
        self._url = url
        self._listener = listener
        self._watched: set[int] = set()
        self._subscribed: set[int] = set()
        self._waiting: deque[_Post] = deque()
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()  # nothing waits
        self._processes: dict[bytes, float] = {}
        self._echo_at = 0.0
        self._prefix = messages.get_prefix()
        self._all = messages.get_channel()
        self._task = asyncio.get_running_loop().create_task(self._run())

    # -- what the hub asks --------------------------------------------------------------------

    def watch(self, document_id: int) -> None:
        self._watched.add(document_id)
        if self.is_up and document_id in self._subscribed:
            asyncio.get_running_loop().call_soon(self._listener.on_watched, document_id)
        self._wake.set()

    def unwatch(self, document_id: int) -> None:
        self._watched.discard(document_id)
        self._wake.set()

    def post(
        self, document_id: int | None, kind: int, body: bytes = b"", *, keep: bool = False
    ) -> None:
        """Send when possible. ``keep`` what is no copy of something in the database."""
        if keep or self.is_up:
            if len(self._waiting) >= WAITING:
                self._waiting = deque(post for post in self._waiting if post.keep)
            if len(self._waiting) < 4 * WAITING:
                self._waiting.append(_Post(document_id, kind, body, keep))
                self._sent.clear()
            self._wake.set()

    def sweep(self) -> None:
        """Notice processes that fell silent; call it every second or so."""
        now = time.monotonic()
        for process in [one for one, at in self._processes.items() if now - at > SILENT]:
            del self._processes[process]
            self._listener.on_process_gone(process)

    async def close(self) -> None:
        """Say goodbye, if that is possible at once."""
        if self.is_up:
            self.post(None, messages.QUIT)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._sent.wait()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    # -- the line -----------------------------------------------------------------------------

    async def _run(self) -> None:
        pause, told = PAUSE, False
        while True:
            try:
                await self._serve()
            except* (exceptions.RedisError, OSError, TimeoutError, _Silent) as errors:
                if self.is_up or not told:
                    logger.warning("Redis does not answer: %s", errors.exceptions[0])
                pause, told = (PAUSE if self.is_up else pause), True
            except* Exception:
                logger.exception("The relay failed")
            finally:
                self.is_up = False
                self._subscribed = set()
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 nothing secret
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _serve(self) -> None:
        client = Redis.from_url(
            self._url,
            protocol=2,
            socket_timeout=ANSWER,
            socket_connect_timeout=ANSWER,
            retry=Retry(NoBackoff(), 0),
        )
        pubsub = client.pubsub()
        try:
            async with asyncio.timeout(2 * ANSWER):
                await pubsub.subscribe(self._all)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(pubsub))
                tasks.create_task(self._write(client, pubsub))
                tasks.create_task(self._beat())
        finally:
            with contextlib.suppress(Exception):
                await pubsub.aclose()
            with contextlib.suppress(Exception):
                await client.aclose()

    async def _read(self, pubsub: PubSub) -> None:
        self._echo_at = time.monotonic()
        while True:
            event = await pubsub.get_message(timeout=None)
            if event is None:
                continue
            channel = event["channel"].decode()
            if event["type"] == "subscribe":
                self._on_subscribed(channel)
            elif event["type"] == "message":
                message = messages.read_message(channel, event["data"])
                if message is None:
                    logger.warning("A message in Redis that is not ours, in %s", channel)
                else:
                    self._hear(channel, message)

    def _on_subscribed(self, channel: str) -> None:
        if channel == self._all:
            logger.info("Redis answers")
            self.is_up = True
            self._listener.on_back()
            self.post(None, messages.BEAT)
        else:
            self._listener.on_watched(int(channel.removeprefix(self._prefix)))

    def _hear(self, channel: str, message: Message) -> None:
        if message.sender == self.id:
            if message.kind == messages.BEAT:
                self._echo_at = time.monotonic()
            return
        if message.kind == messages.BEAT:
            self._processes[message.sender] = time.monotonic()
        elif message.kind == messages.QUIT:
            self._processes.pop(message.sender, None)
            self._listener.on_process_gone(message.sender)
        else:
            document = None if channel == self._all else int(channel.removeprefix(self._prefix))
            if document is not None and message.kind not in {messages.GROWN, messages.GONE}:
                self._processes.setdefault(message.sender, time.monotonic())
            try:
                self._listener.on_relay(document, message)
            except Exception:
                logger.exception("A message of another process was not understood")

    async def _write(self, client: Redis, pubsub: PubSub) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self.is_up:
                await self._subscribe(pubsub)
                while self._waiting:
                    await self._send(client)
                self._sent.set()

    async def _subscribe(self, pubsub: PubSub) -> None:
        new = self._watched - self._subscribed
        old = self._subscribed - self._watched
        self._subscribed = set(self._watched)
        async with asyncio.timeout(ANSWER):
            if old:
                await pubsub.unsubscribe(*(f"{self._prefix}{one}" for one in old))
            if new:
                await pubsub.subscribe(*(f"{self._prefix}{one}" for one in new))

    async def _send(self, client: Redis) -> None:
        posts = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        try:
            pipeline = client.pipeline(transaction=False)
            for post in posts:
                channel = messages.get_channel(post.document_id)
                data = messages.write_message(channel, post.kind, self.id, post.body)
                pipeline.publish(channel, data)
            heard = await pipeline.execute()
        except BaseException:
            self._waiting.extendleft(reversed([post for post in posts if post.keep]))
            raise
        for post, count in zip(posts, heard, strict=True):
            if post.kind == messages.UPDATE and post.document_id is not None and count <= 1:
                self._listener.on_unheard(post.document_id)  # nobody but ourselves

    async def _beat(self) -> None:
        while True:
            self.post(None, messages.BEAT)
            at = time.monotonic()
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            if now - at > SILENT / 2:
                # This process was stopped for a while: the others may have given it up.
                self._echo_at = now
                for document_id in list(self._subscribed):
                    self._listener.on_watched(document_id)
            elif now - self._echo_at > SILENT:
                raise _Silent("no echo")
