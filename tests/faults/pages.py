"""Pages that type words which each exist once in the world, and know which were acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
from pycrdt import Map, Text
from websockets.exceptions import WebSocketException

from candyce.collab import protocol
from candyce.collab.client import LiveClient

from .line import Line

WORD = re.compile(r"<(\w+-\d+)>")
PULSE = 5.0  # seconds without an acknowledgement after which a page tries another line
HARMLESS = {protocol.CLOSE_RESTART, protocol.CLOSE_LATER, protocol.CLOSE_TOKEN}


@dataclass(frozen=True)
class Document:
    """A live document: of which project, under which name, of which kind."""

    project: str
    path: str

    @property
    def is_text(self) -> bool:
        return not self.path.endswith(".ipynb")


@dataclass
class Typed:
    """A word's life; times are those of ``time.monotonic``."""

    word: str
    at: float
    saved_at: float | None = None


@dataclass
class Net:
    """How the pages reach the web processes: over any of the lines."""

    lines: list[Line]
    editor: str
    chance: random.Random

    def choose(self) -> Line:
        return self.chance.choice(self.lines)

    async def post(self, path: str, token: str, patience: float = 60) -> httpx.Response:
        """POST as the editor does, again until there is an answer; a 5xx is no answer."""
        end = time.monotonic() + patience
        headers = {"Authorization": f"Bearer {token}", "Host": self.editor.removeprefix("http://")}
        async with httpx.AsyncClient(timeout=15, headers=headers) as client:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.post(f"http://127.0.0.1:{self.choose().port}{path}")
                    if answer.status_code < 500:
                        return answer
                if time.monotonic() > end:
                    raise TimeoutError(path)
                await asyncio.sleep(0.2)


@dataclass
class Ledger:
    """What all pages typed: ``{word: document}``, and what was refused though it should not be."""

    words: dict[str, Document] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


class Page(LiveClient):
    """One tab. ``years`` is how far its clock is off."""

    def __init__(
        self, name: str, net: Net, document: Document, *, token: str, ledger: Ledger, rate: float
    ) -> None:
        super().__init__(
            net.editor.replace("http", "ws", 1), document.project, document.path, token
        )
        self.name, self.net, self.document, self.ledger = name, net, document, ledger
        self.rate = rate
        self.typed: dict[str, Typed] = {}
        self.added_cells = 0
        self.years = 0.0
        self.closed = False
        self.writing = asyncio.Event()  # cleared while nothing is to be typed
        self.writing.set()
        # Of a copy handed in and taken back: a process may not know yet that it was taken back, and
        # asks for what it refused as soon as it does.
        self.may_be_refused = False
        self._waiting: list[tuple[int, str]] = []
        self._count = 0
        self._heard_at = time.monotonic()
        self._token_at = time.monotonic()
        self._chance = random.Random(name)
        self.text: Text = self.doc.get("source", type=Text)

    # -- the protocol -------------------------------------------------------------------------

    def _sync(self, step: int, payload: bytes) -> None:
        before = self.sent
        super()._sync(step, payload)
        if step != protocol.STEP1:
            return
        if self.sent > before:
            # One answer holds everything that the server lacked.
            self._waiting = [(self.sent, word) for word in self.unsaved()]
        else:
            for word in self.unsaved():  # the server has all: another line brought it there
                self._note_saved(word)

    def _hear(self, data: bytes) -> None:
        refusals = len(self.rejected)
        super()._hear(data)
        self._heard_at = time.monotonic()
        for ordinal in self.rejected[refusals:]:
            self._note_refusal(ordinal)
        for word in [word for ordinal, word in self._waiting if ordinal <= self.saved]:
            self._note_saved(word)
        self._waiting = [(ordinal, word) for ordinal, word in self._waiting if ordinal > self.saved]

    def _note_saved(self, word: str) -> None:
        typed = self.typed[word]
        if typed.saved_at is None:
            typed.saved_at = time.monotonic()
            self.ledger.acknowledged.add(word)
            self.ledger.waits.append(typed.saved_at - typed.at)

    def _note_refusal(self, ordinal: int) -> None:
        # Not stored, so later acknowledgements do not speak of it.
        self._waiting = [(number, word) for number, word in self._waiting if number != ordinal]
        code = (self.status or {}).get("code")
        if not self.may_be_refused or code != "handed_in":
            self.ledger.refused.append(f"{self.name}: update {ordinal} ({code})")

    # -- typing -------------------------------------------------------------------------------

    def unsaved(self) -> list[str]:
        return [word for word, typed in self.typed.items() if typed.saved_at is None]

    def type_word(self) -> None:
        word = f"{self.name}-{self._count}"
        before = self.sent
        if self.document.is_text:
            at = 0 if self._chance.random() < 0.2 else len(self.text)
            self._note(word)
            self.text.insert(at, f"<{word}>\n")
        elif not len(self.cells):
            return
        elif self._chance.random() < 0.02:
            cell = {
                "id": word,
                "cell_type": "markdown",
                "metadata": Map({}),
                "source": Text(f"<{word}>"),
            }
            self._note(word)
            self.cells.insert(self._chance.randint(0, len(self.cells)), Map(cell))
            self.added_cells += 1
        else:
            self._note(word)
            cell_number = self._chance.randrange(len(self.cells))
            self.type(cell_number, f"<{word}>", at=None if self._chance.random() < 0.7 else 0)
        if self.sent > before:
            self._waiting.append((self.sent, word))

    def _note(self, word: str) -> None:
        self._count += 1
        self.typed[word] = Typed(word, time.monotonic())
        self.ledger.words[word] = self.document

    def describe(self) -> str:
        """What this page knows of its line, for whoever looks for a fault's cause."""
        line = "connected" if self.connected else f"closed ({self.close_code})"
        code = (self.status or {}).get("code")
        return (
            f"{self.name}: {line}, status {code}, {len(self.unsaved())} words wait,"
            f" {self.saved}/{self.sent} saved, refused {self.rejected[-3:]}"
        )

    def words(self) -> Counter[str]:
        if self.document.is_text:
            return Counter(WORD.findall(str(self.text)))
        return Counter(
            word for index in range(len(self.cells)) for word in WORD.findall(self.source(index))
        )

    # -- a life -------------------------------------------------------------------------------

    async def live(self) -> None:
        """Type, online and offline alike, and come back whenever the line is lost."""
        while not self.closed:
            if not self.connected or self._is_mute():
                await self.come_back()
            if self.writing.is_set() and (self.synced.is_set() or self.typed):
                self.type_word()
            await self._keep_token()
            await asyncio.sleep(self._chance.uniform(0.5, 1.5) / self.rate)

    def _is_mute(self) -> bool:
        """Something waits and the server says nothing: the line is taken for dead."""
        now = time.monotonic()
        return bool(self._waiting or not self._caught_up) and now - self._heard_at > PULSE

    async def come_back(self) -> None:
        code = self.close_code
        await self.hang_up()
        if code is not None and code >= 1008 and code not in HARMLESS and not self.may_be_refused:
            self.ledger.refused.append(f"{self.name}: closed with {code}")
        if code == protocol.CLOSE_TOKEN:
            await self._renew()
        self._waiting = []
        self._heard_at = time.monotonic()
        try:
            port = self.net.choose().port
            await self.connect(host="127.0.0.1", port=port, open_timeout=5, close_timeout=0.2)
        except (OSError, WebSocketException, TimeoutError):
            await asyncio.sleep(self._chance.uniform(0.05, 0.4))

    async def hang_up(self) -> None:
        """As a page that is closed or loses its network: no farewell that would be waited for."""
        if self._socket is not None:
            self._socket.transport.abort()
        await self.close()

    # -- its token ----------------------------------------------------------------------------

    async def _keep_token(self) -> None:
        """As the editor's session: renew four minutes before the end, by this page's own clock."""
        age = time.monotonic() - self._token_at + self.years * 365 * 86400
        pause = 1.0 if self.years > 0 else 60.0
        if age > 11 * 60 and time.monotonic() - self._token_at > pause:
            with contextlib.suppress(TimeoutError):
                await self._renew()
            if self.connected:
                self.send(protocol.token_message(self.token))

    async def post(self, path: str, patience: float) -> httpx.Response:
        """As the editor: with a fresh token where the server says that this one has ended."""
        answer = await self.net.post(path, self.token, patience)
        if answer.status_code == 401:
            await self._renew()
            answer = await self.net.post(path, self.token, patience)
        return answer

    async def _renew(self) -> None:
        self._token_at = time.monotonic()
        answer = await self.net.post("/api/token", self.token, patience=20)
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        else:
            self.ledger.refused.append(f"{self.name}: token {answer.status_code}")
