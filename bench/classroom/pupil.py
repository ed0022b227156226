"""One simulated pupil: signs in, opens the copy, types, waits for "saved", hands in."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import defaultdict
from urllib.parse import quote, urlsplit

from pycrdt import Array, Doc
from websockets.asyncio.client import ClientConnection, connect

from candyce.collab import protocol
from candyce.collab.protocol import write_uint

from .browser import Browser

PASSWORD = "a-pupil-of-the-benchmark"


class Failed(Exception):
    """A step did not go as it should."""


class Times:
    """Durations in seconds by step."""

    def __init__(self) -> None:
        self.all: dict[str, list[float]] = defaultdict(list)

    def add(self, step: str, since: float) -> None:
        self.all[step].append(time.perf_counter() - since)


class Pupil:
    def __init__(self, name: str, port: int, code: str, times: Times) -> None:
        self.name, self.code, self.times, self.port = name, code, times, port
        self.browser = Browser(port)
        self.token = self.project = self.path = ""
        self.socket: ClientConnection | None = None
        self.sent: dict[int, float] = {}
        self.count = self.saved = 0
        self.client = random.getrandbits(32)
        self.clock = 0
        self.first: tuple[bytes, int] = (b"", 0)
        self._heard = asyncio.Event()

    async def sign_in(self) -> None:
        start = time.perf_counter()
        page = await self.browser.get("localhost", "/sign-in/")
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
        if found is None:
            raise Failed(f"no form: {page.status}")
        form = {
            "username": self.name,
            "password": PASSWORD,
            "csrfmiddlewaretoken": found[1].decode(),
        }
        origin = f"http://localhost:{self.port}"
        answer = await self.browser.post("localhost", "/sign-in/", form, Origin=origin)
        if answer.status != 302:
            raise Failed(f"sign-in: {answer.status}")
        self.times.add("sign in", start)

    async def open(self) -> None:
        start = time.perf_counter()
        path = f"/c/{self.code}/"
        while True:
            answer = await self.browser.get("localhost", path)
            if answer.status != 302:
                raise Failed(f"{path}: {answer.status}")
            target = urlsplit(answer.get("location"))
            if target.fragment:
                break
            path = target.path + (f"?{target.query}" if target.query else "")
        self.token = dict(pair.split("=", 1) for pair in target.fragment.split("&"))["token"]
        bearer = {"Authorization": f"Bearer {self.token}"}
        project = await self.browser.get("127.0.0.1", "/api/project", **bearer)
        described = json.loads(project.body)
        self.project = described["id"]
        self.path = next(file for file in described["files"] if file.endswith(".ipynb"))
        self.times.add("open the copy", start)

    async def join(self) -> None:
        start = time.perf_counter()
        url = f"ws://127.0.0.1:{self.port}/collab/{self.project}/{quote(self.path)}"
        protocols = [protocol.SUBPROTOCOL, f"token.{self.token}"]
        self.socket = await connect(
            url, subprotocols=protocols, compression=None, max_size=None, ping_interval=None
        )
        await self.socket.send(protocol.sync_message(protocol.STEP1, b"\x00"))
        while True:
            data = await self.socket.recv(decode=False)
            if data[0] == protocol.SYNC and data[1] == protocol.STEP1:
                await self.socket.send(protocol.sync_message(protocol.STEP2, protocol.EMPTY_UPDATE))
            elif data[0] == protocol.SYNC and data[1] == protocol.STEP2:
                self._prepare(protocol.read_bytes(data, 2)[0])
                break
        self.times.add("document there", start)

    def _prepare(self, update: bytes) -> None:
        """Make the first keystroke with a real replica; the next ones continue it."""
        doc = Doc(client_id=self.client)
        doc.apply_update(update)
        news: list[bytes] = []
        doc.observe(lambda event: news.append(event.update))
        source = doc.get("cells", type=Array)[0]["source"]
        source.insert(len(source), "a")
        self.first = (news[0], 1)

    def _next_update(self) -> bytes:
        self.clock += 1
        if self.clock == 1:
            return self.first[0]
        client = write_uint(self.client)
        own = client + write_uint(self.clock - 1)
        return b"\x01\x01" + own + b"\x84" + client + write_uint(self.clock - 2) + b"\x01a\x00"

    async def type(self, seconds: float, rate: float) -> None:
        assert self.socket is not None
        reader = asyncio.create_task(self._read())
        end = time.perf_counter() + seconds
        at = time.perf_counter() + random.random() / rate
        while at < end:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            at += random.expovariate(rate)
            self.count += 1
            self.sent[self.count] = time.perf_counter()
            await self.socket.send(protocol.sync_message(protocol.UPDATE, self._next_update()))
            state = {"cursor": {"head": self.count}, "user": {"color": "#123"}}
            await self.socket.send(protocol.awareness_message({self.client: (self.count, state)}))
        async with asyncio.timeout(60):
            while self.saved < self.count:
                self._heard.clear()
                await self._heard.wait()
        reader.cancel()

    async def _read(self) -> None:
        assert self.socket is not None
        while True:
            data = await self.socket.recv(decode=False)
            if data[0] == protocol.SAVED:
                count = protocol.read_uint(data, 1)[0]
                for ordinal in range(self.saved + 1, count + 1):
                    self.times.add("edit saved", self.sent.pop(ordinal))
                self.saved = count
                self._heard.set()
            elif data[0] == protocol.REJECTED:
                raise Failed("an edit was refused")

    async def hand_in(self) -> None:
        start = time.perf_counter()
        bearer = {"Authorization": f"Bearer {self.token}"}
        answer = await self.browser.post("127.0.0.1", "/api/hand-in", {}, **bearer)
        if answer.status != 200:
            raise Failed(f"hand in: {answer.status} {answer.body[:200]!r}")
        self.times.add("hand in", start)

    async def leave(self) -> None:
        if self.socket is not None:
            await self.socket.close()
