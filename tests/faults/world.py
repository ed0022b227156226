"""A small installation under hurt: machines, lines, pages that type, and what must always be true."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sqlite3
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from pycrdt import Array, Text

from candyce.collab import notebook
from candyce.collab.replica import load_doc

from .line import Line
from .machines import (
    ROOT,
    Disk,
    Machine,
    find_port,
    get_url,
    make_postgres,
    make_redis,
    make_web,
)
from .pages import WORD, Document, Ledger, Net, Page

LESSON = {
    "cells": [
        {"cell_type": "markdown", "id": f"cell-{n}", "metadata": {}, "source": f"# {n}\n"}
        for n in range(3)
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
MEMBERS, PUPILS = ["ada", "bob", "chloe", "dan"], ["eve", "finn"]
STORM_FILES = 8  # a room takes a hundred pages
HEALED = 60.0  # seconds after which what still waits is taken for lost


def get_keeper_command(call: str) -> list[str]:
    """Run a function of ``housekeeper`` in a Django of its own."""
    source = f"import django; django.setup(); from tests.faults import housekeeper as h; h.{call}"
    return [sys.executable, "-c", source]


@dataclass
class Findings:
    """What is wrong; all empty and zero when nothing is."""

    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    misplaced: set[str] = field(default_factory=set)
    other: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.misplaced or self.other)


class Keeper:
    """The housekeeper's process, asked one thing at a time."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    async def ask(self, do: str, patience: float = HEALED, **arguments: Any) -> Any:
        """The command's answer; again and again while the database is down."""
        end = time.monotonic() + patience
        while True:
            answer = await self._ask({"do": do, **arguments})
            if "answer" in answer:
                return answer["answer"]
            if time.monotonic() > end:
                raise RuntimeError(f"{do}: {answer}")
            await asyncio.sleep(0.2)

    async def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        async with self._lock:
            if self._process is None:
                with self._log.open("ab") as log:
                    self._process = await asyncio.create_subprocess_exec(
                        *get_keeper_command("serve()"),
                        cwd=ROOT, env=self._environment, limit=2**26, stderr=log,
                        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                    )  # fmt: skip
            process = self._process
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(order).encode() + b"\n")
            line = await process.stdout.readline()
            if not line:
                raise RuntimeError(f"the housekeeper ended at {order['do']}; see {self._log}")
            return json.loads(line)

    async def close(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


class World:
    """``cluster``: PostgreSQL, Redis, two web processes. ``laptop``: SQLite and one web process."""

    def __init__(self, folder: Path, *, cluster: bool, seed: int, rate: float = 4.0) -> None:
        self.folder, self.is_cluster, self.rate = folder, cluster, rate
        self.chance = random.Random(seed)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self.disk = Disk(folder / "disk")
        self.ledger, self.findings = Ledger(), Findings()
        self.postgres: Machine | None = None
        self.redis: Machine | None = None
        self.editor_port = find_port()
        self.environment = self._make_environment()
        self.webs: list[Machine] = []
        self.lines: list[Line] = []
        self.pages: list[Page] = []
        self.net = Net([], f"http://127.0.0.1:{self.editor_port}", self.chance)
        self.tidier = Machine(
            name="tidier",
            command=get_keeper_command(f"tidy({seed})"),
            port=0,
            log=folder / "tidier.log",
            environment=self.environment,
            ready=lambda: True,
        )
        self.keeper = Keeper(self.environment, folder / "keeper.log")
        self.places: list[dict[str, str]] = []
        self.handed_in = 0
        self.storms = 0
        self._one_thing = asyncio.Lock()
        self._tasks: list[asyncio.Task[Any]] = []

    def _make_environment(self) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("CANDYCE_")}
        data = self.disk.folder / "data"
        data.mkdir(exist_ok=True)
        return clean | {
            "DJANGO_SETTINGS_MODULE": "candyce.settings",
            "CANDYCE_DATA": str(data),
            "CANDYCE_SECRET_KEY": "faults-" * 10,
            "CANDYCE_PORTAL_URL": f"http://localhost:{self.editor_port}",
            "CANDYCE_EDITOR_URL": f"http://127.0.0.1:{self.editor_port}",
        }

    # -- life ---------------------------------------------------------------------------------

    async def start(self) -> None:
        if self.is_cluster:
            place = self.disk.folder / "postgres"
            place.mkdir()
            self.postgres = make_postgres(place)
            self.redis = make_redis(self.folder)
            for machine in (self.postgres, self.redis):
                machine.start()
                await asyncio.to_thread(machine.wait)
            self.environment["CANDYCE_DATABASE_URL"] = get_url(self.postgres)
            self.environment["CANDYCE_REDIS_URL"] = f"redis://127.0.0.1:{self.redis.port}/0"
        await self._migrate()
        names = ["web-1", "web-2"] if self.is_cluster else ["web"]
        self.webs = [make_web(name, self.environment, self.folder) for name in names]
        for web in self.webs:
            web.start()
            self.lines.append(Line(web.port, self.chance))
            await self.lines[-1].start()
        self.net.lines = self.lines
        files = [*self.files, *(f"storm-{n}.ipynb" for n in range(STORM_FILES))]
        content = {
            path: json.dumps(LESSON) if path.endswith("ipynb") else "Début\n" for path in files
        }
        prepared = await self.keeper.ask("prepare", members=MEMBERS, pupils=PUPILS, files=content)
        self.places = prepared["places"]
        for web in self.webs:
            await asyncio.to_thread(web.wait)
        self.tidier.start()
        self._open_pages()
        await self._until(lambda: all(page.typed for page in self.pages), HEALED)

    async def _migrate(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "django", "migrate", "-v0", cwd=ROOT, env=self.environment
        )
        if await process.wait():
            raise RuntimeError("the database cannot be prepared")

    @property
    def files(self) -> list[str]:
        texts = ["notes.md"] if find_spec("candyce.collab.textfile") else []
        return ["lesson.ipynb", "second.ipynb", *texts]

    def _open_pages(self) -> None:
        """Each member in each document of the shared project, Bob in two tabs; two tabs of each copy."""
        for place in self.places:
            if place["name"] in PUPILS:
                opened = ["lesson.ipynb", "lesson.ipynb"]
            else:
                opened = [self.files[len(self.pages) % len(self.files)], *self.files[:1]]
                opened += self.files[:1] if place["name"] == "bob" else self.files[2:]
            for number, path in enumerate(opened):
                name = f"{place['name']}_{number}"
                document = Document(place["project"], path)
                token = place["token"]
                page = Page(
                    name, self.net, document, token=token, ledger=self.ledger, rate=self.rate
                )
                page.may_be_refused = place["name"] in PUPILS
                self.pages.append(page)
                self.run(page.live())
            if place["name"] in PUPILS:
                self.run(self._hand_in_now_and_then(self.pages[-len(opened) :]))

    def run(self, coroutine: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(coroutine)
        self._tasks.append(task)
        return task

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for page in self.pages:
            page.closed = True
            await page.hang_up()
        for line in self.lines:
            await line.close()
        await self.keeper.close()
        for machine in self.machines:
            machine.resume()
            await asyncio.to_thread(machine.kill)
        self.disk.close()

    @property
    def machines(self) -> list[Machine]:
        found = [*self.webs, self.postgres, self.redis, self.tidier]
        return [machine for machine in found if machine is not None]

    def check_tasks(self) -> None:
        """A page that failed for a reason of its own is a failure of the harness, not a finding."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception():
                raise RuntimeError("a part of the harness failed") from task.exception()

    # -- handing in ---------------------------------------------------------------------------

    async def _hand_in_now_and_then(self, tabs: list[Page]) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(3, 9))
            async with self._one_thing:  # not while replicas are compared, which needs them at rest
                await self._hand_in(tabs)

    async def _hand_in(self, tabs: list[Page]) -> None:
        """What was saved when the pupil pressed the button is in the version handed in, once."""
        for page in tabs:
            page.writing.clear()
        document = tabs[0].document
        saved = {
            word for word in list(self.ledger.acknowledged) if self.ledger.words[word] == document
        }
        answer = await tabs[0].post("/api/hand-in", HEALED)
        if answer.status_code == 200:
            text = await self.keeper.ask(
                "read_handed_in", project=document.project, path=document.path
            )
            counted = Counter(WORD.findall(text))
            self.findings.lost.update(word for word in saved if not counted[word])
            self.findings.doubled.update(word for word in saved if counted[word] > 1)
            self.handed_in += 1
        else:
            self.findings.other.append(f"hand-in: {answer.status_code} {answer.text[:200]}")
        answer = await tabs[0].post("/api/take-back", HEALED)
        if answer.status_code != 200:
            self.findings.other.append(f"take back: {answer.status_code} {answer.text[:200]}")
        for page in tabs:
            page.writing.set()

    @staticmethod
    async def _until(condition: Any, patience: float) -> bool:
        end = time.monotonic() + patience
        while not condition():
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.05)
        return True

    # -- truth --------------------------------------------------------------------------------

    async def settle(self) -> float:
        """Wait until all that is typed now is saved; gives the seconds it took."""
        start = time.monotonic()
        typed = [(page, word) for page in self.pages for word in page.unsaved()]
        done = await self._until(
            lambda: all(page.typed[word].saved_at is not None for page, word in typed), HEALED
        )
        if not done:
            waiting = {page for page, word in typed if page.typed[word].saved_at is None}
            told = sorted(page.describe() for page in waiting)
            self.findings.other.append(f"never saved again: {told}")
        self.check_tasks()
        return time.monotonic() - start

    async def check_disk(self) -> None:
        """Whoever closes the laptop now and never comes back has lost nothing that was acknowledged."""
        acknowledged = set(self.ledger.acknowledged)
        rows = await asyncio.to_thread(self._read_log)
        found = await asyncio.to_thread(self._count_words, rows)
        for word in acknowledged:
            places = [(document, count[word]) for document, count in found.items() if count[word]]
            if not places:
                self.findings.lost.add(word)
            if any(count > 1 for _document, count in places):
                self.findings.doubled.add(word)
            if any(document != self.ledger.words[word] for document, _count in places):
                self.findings.misplaced.add(word)
        self.findings.other += [
            text for text in self.ledger.refused if text not in self.findings.other
        ]

    def _read_log(self) -> list[tuple[Document, bytes, int, int, list[tuple[int, bytes]]]]:
        """What is on the disk, read past the server's code, all of one moment."""
        documents = (
            "SELECT id, project_id, path, snapshot, snapshot_seq, last_seq FROM collab_livedocument"
        )
        updates = "SELECT document_id, seq, data FROM collab_documentupdate ORDER BY seq"
        if self.postgres is not None:
            with psycopg.connect(get_url(self.postgres)) as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                heads = connection.execute(documents).fetchall()
                tail = connection.execute(updates).fetchall()
        else:
            name = Path(self.environment["CANDYCE_DATA"]) / "candyce.sqlite3"
            with contextlib.closing(sqlite3.connect(name, timeout=20)) as file:
                file.execute("BEGIN")
                heads = file.execute(documents).fetchall()
                tail = file.execute(updates).fetchall()
        logs: dict[int, list[tuple[int, bytes]]] = {head[0]: [] for head in heads}
        for pk, seq, data in tail:
            logs[pk].append((seq, bytes(data)))
        return [
            (Document(str(uuid.UUID(str(project))), path), bytes(snapshot), first, last, logs[pk])
            for pk, project, path, snapshot, first, last in heads
        ]

    def _count_words(self, rows: list[Any]) -> dict[Document, Counter[str]]:
        """The words of each document; numbers with gaps are noted."""
        found = {}
        for document, snapshot, first, last, log in rows:
            if [seq for seq, _data in log] != list(range(first + 1, last + 1)):
                self.findings.other.append(f"the numbers of {document} have gaps")
            doc = load_doc([snapshot, *(data for _seq, data in log)])
            if document.is_text:
                texts = [str(doc.get("source", type=Text))]
            else:
                texts = [str(cell["source"]) for cell in doc.get("cells", type=Array)]
            found[document] = Counter(word for text in texts for word in WORD.findall(text))
        return found

    @contextlib.asynccontextmanager
    async def _rest(self) -> AsyncIterator[None]:
        """Nobody types for a moment."""
        for page in self.pages:
            page.writing.clear()
        try:
            yield
        finally:
            for page in self.pages:
                page.writing.set()

    async def check_replicas(self) -> None:
        """With nobody typing: all pages, the log and the file show the same."""
        async with self._one_thing, self._rest():
            await self.settle()
            for document in {page.document for page in self.pages}:
                await self._compare([page for page in self.pages if page.document == document])

    async def _compare(self, pages: list[Page]) -> None:
        document = pages[0].document
        typed = sum(len(page.typed) for page in pages)
        there = lambda: all(page.words().total() >= typed for page in pages)  # noqa: E731
        if not await self._until(there, 40):
            self.findings.other.append(f"{document.path}: a page lacks what others typed")
        shown = [_show(page) for page in pages]
        if any(one != shown[0] for one in shown):
            self.findings.other.append(f"{document.path}: replicas differ")
        counted = pages[0].words()
        for page in pages:
            self.findings.lost.update(word for word in page.typed if not counted[word])
            self.findings.doubled.update(word for word in page.typed if counted[word] > 1)
        text = await self.keeper.ask("read_file", project=document.project, path=document.path)
        if document.is_text:
            same = text == shown[0]
        else:
            same = json.loads(text) == json.loads(notebook.write(shown[0]))
            self._check_cells(pages)
        if not same:
            self.findings.other.append(f"{document.path}: the file differs from the pages")
        await self._check_history(document)

    def _check_cells(self, pages: list[Page]) -> None:
        ids = [str(cell["id"]) for cell in pages[0].cells]
        expected = len(LESSON["cells"]) + sum(page.added_cells for page in pages)  # type: ignore[arg-type]
        if len(ids) != len(set(ids)) or len(ids) != expected:
            self.findings.other.append(f"{len(ids)} cells instead of {expected}")

    async def _check_history(self, document: Document) -> None:
        moments = await self.keeper.ask(
            "list_moments", project=document.project, path=document.path
        )
        if moments is None:
            return
        numbers = [moment[0] for moment in moments if moment[0] is not None]
        if numbers not in (sorted(numbers), sorted(numbers, reverse=True)):
            self.findings.other.append(f"{document.path}: the history is not in order")


def _show(page: Page) -> Any:
    return str(page.text) if page.document.is_text else notebook.read(page.doc)
