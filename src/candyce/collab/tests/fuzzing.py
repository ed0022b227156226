"""Hostile updates by the thousand: whatever a replica lets in, everybody must be able to open.

Real updates are recorded from random editing, then bent: bits flipped, cut, spliced, numbers made huge;
and edits are made that Yjs allows and a notebook does not. What the replica takes in is read by our own
codec, by jupyter_ydoc, by nbformat, and (``open_all``) by yjs and @jupyter/ydoc in Node.js.

    ./candyce faults --fuzz 60 --seed 7
"""

from __future__ import annotations

import base64
import contextlib
import json
import random
import shutil
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_ydoc import YNotebook
from pycrdt import Array, Doc, Map, Text

from candyce.collab import notebook, protocol
from candyce.collab.replica import Gap, Replica, load_doc
from candyce.collab.tests.conftest import NOTEBOOK
from candyce.collab.updates import InvalidUpdate, read_update

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = Path(__file__).with_name("open_documents.mjs")
SEED = notebook.make_seed(json.dumps(NOTEBOOK).encode(), limit=10**6)
KEPT = 200  # documents for Node.js


@dataclass
class Tally:
    """What became of the updates; ``documents`` are samples of what was let in."""

    taken: int = 0
    refused: int = 0
    early: int = 0
    documents: list[bytes] = field(default_factory=list)


class Fuzzer:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.tally = Tally()
        self.corpus = list(self._record(40))

    # -- real updates -------------------------------------------------------------------------

    def _record(self, edits: int) -> Iterator[bytes]:
        """The updates of a page on which somebody works."""
        doc = load_doc([SEED])
        updates: list[bytes] = []
        doc.observe(lambda event: updates.append(event.update))
        for _ in range(edits):
            self.chance.choice([_type, _erase, _add_cell, _show_output, _tag, _drop_cell])(
                doc, self.chance
            )
        yield from updates
        yield doc.get_update()

    # -- bending ------------------------------------------------------------------------------

    def bend(self) -> bytes:
        data = bytearray(self.chance.choice(self.corpus))
        for _ in range(self.chance.randint(1, 4)):
            if data:
                self.chance.choice(BENDS)(data, self.chance, self.corpus)
        return bytes(data)

    def misbehave(self, replica: Replica) -> bytes:
        """An edit that Yjs allows, anywhere in the document."""
        doc: Doc = Doc()
        doc.apply_update(replica.doc.get_update())
        updates: list[bytes] = []
        doc.observe(lambda event: updates.append(event.update))
        # In one update, what is changed first may be deleted afterwards.
        together = doc.transaction() if self.chance.random() < 0.4 else contextlib.nullcontext()
        with together:
            for _ in range(self.chance.randint(1, 4)):
                # Looked for anew: the library must not be asked about a type that was deleted.
                place = self.chance.choice(list(_places(doc)))
                with contextlib.suppress(ValueError, TypeError, KeyError, RuntimeError):
                    _spoil(place, self.chance)
        return self.chance.choice(updates) if updates else protocol.EMPTY_UPDATE

    # -- judging ------------------------------------------------------------------------------

    def step(self, replica: Replica) -> Replica:
        """Send one hostile update to the replica; gives the replica to go on with."""
        data = self.bend() if self.chance.random() < 0.6 else self.misbehave(replica)
        before = replica.doc.get_update()
        try:
            applied = replica.apply(data, guarded=self.chance.random() < 0.5)
        except Gap:
            self.tally.early += 1
            return replica
        except InvalidUpdate:
            self.tally.refused += 1
            if replica.broken:
                replica.close()
                replica = Replica([before])
            return replica
        self.tally.taken += 1
        if applied.news is not None:
            read_update(applied.news)  # what the log gets, every process must be able to read
            self._judge(before, applied.news, replica, data)
        return replica

    def _judge(self, before: bytes, news: bytes, replica: Replica, data: bytes) -> None:
        try:
            shown = check(load_doc([before, news]))
        except Exception as error:
            raise Broken(f"{type(error).__name__}: {error}", before, data) from error
        if shown != notebook.read(replica.doc):
            raise Broken("the log shows something else than the replica", before, data)
        if len(self.tally.documents) < KEPT or self.chance.random() < 0.05:
            self.tally.documents.append(replica.doc.get_update())

    def run(self, seconds: float) -> Tally:
        """Attack one document after the other for so long; raises :class:`Broken`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            replica = Replica([SEED])
            for _ in range(60):
                replica = self.step(replica)
            replica.close()
        return self.tally


class Broken(AssertionError):
    """An update was let in that it should not be; the bytes to repeat it."""

    def __init__(self, why: str, before: bytes, data: bytes) -> None:
        super().__init__(
            f"{why}\nbefore={base64.b64encode(before).decode()}\ndata={base64.b64encode(data).decode()}"
        )


def check(doc: Doc) -> dict[str, Any]:
    """Open a document in every way that Python knows; gives the notebook."""
    shown = notebook.read(doc)
    valid = notebook.make_valid(json.loads(json.dumps(shown)))
    assert valid is not None, "nbformat refuses it"
    again = notebook.parse(notebook.write(valid), limit=10**8)
    assert [cell["source"] for cell in again["cells"]] == [
        cell["source"] for cell in shown["cells"]
    ]
    assert len(YNotebook(doc).get()["cells"]) >= len(shown["cells"])
    return shown


def open_all(documents: list[bytes]) -> list[str] | None:
    """Open documents with yjs and @jupyter/ydoc; what went wrong, None without Node.js."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules/@jupyter/ydoc").is_dir():
        return None
    lines = "\n".join(base64.b64encode(document).decode() for document in documents)
    done = subprocess.run(
        [node, str(SCRIPT)], input=lines, capture_output=True, text=True, check=True, cwd=ROOT
    )
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(answers) == len(documents)
    problems = []
    for document, answer in zip(documents, answers, strict=True):
        ours = [cell["source"] for cell in notebook.read(load_doc([document]))["cells"]]
        if "error" in answer:
            problems.append(f"{answer['error']}: {base64.b64encode(document).decode()}")
        elif not set(ours) <= set(answer["sources"]):
            problems.append(f"other texts: {base64.b64encode(document).decode()}")
    return problems


# -- honest edits -----------------------------------------------------------------------------


def _cells(doc: Doc) -> Array:
    return doc.get("cells", type=Array)


def _type(doc: Doc, chance: random.Random) -> None:
    source = chance.choice(list(_cells(doc)))["source"]
    source.insert(len(source), chance.choice(["x", "été", "😀", "\n", "print(1)"]))


def _erase(doc: Doc, chance: random.Random) -> None:
    source = chance.choice(list(_cells(doc)))["source"]
    if len(str(source)) == len(source) > 1:
        del source[0:1]


def _add_cell(doc: Doc, chance: random.Random) -> None:
    cell = {
        "id": f"c{chance.randrange(10**9)}",
        "cell_type": chance.choice(["code", "markdown", "raw"]),
        "metadata": {},
        "source": "new",
        "outputs": [],
    }
    if cell["cell_type"] != "code":
        del cell["outputs"]
    cells = _cells(doc)
    cells.insert(chance.randint(0, len(cells)), notebook.make_cell(cell, str(cell["id"])))


def _show_output(doc: Doc, chance: random.Random) -> None:
    code = [cell for cell in _cells(doc) if cell["cell_type"] == "code"]
    if code:
        output = {"output_type": "stream", "name": "stdout", "text": "1\n" * chance.randint(1, 3)}
        chance.choice(code)["outputs"].append(notebook.make_output(output))


def _tag(doc: Doc, chance: random.Random) -> None:
    chance.choice(list(_cells(doc)))["metadata"]["tags"] = ["a", {"b": [1, 2.5, None, True]}]


def _drop_cell(doc: Doc, chance: random.Random) -> None:
    if len(_cells(doc)) > 2:
        del _cells(doc)[chance.randrange(len(_cells(doc)))]


# -- bending bytes ----------------------------------------------------------------------------

Bend = Callable[[bytearray, random.Random, list[bytes]], None]


def _flip(data: bytearray, chance: random.Random, _corpus: list[bytes]) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(data: bytearray, chance: random.Random, _corpus: list[bytes]) -> None:
    odd = [0, 1, 2, 7, 8, 9, 0x27, 0x48, 0x7F, 0x80, 0x84, 0x87, 0xC4, 0xFF]
    data[chance.randrange(len(data))] = chance.choice([*odd, *range(116, 128)])


def _cut(data: bytearray, chance: random.Random, _corpus: list[bytes]) -> None:
    del data[chance.randrange(len(data)) :]


def _remove(data: bytearray, chance: random.Random, _corpus: list[bytes]) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.randint(1, 6)]


def _huge(data: bytearray, chance: random.Random, _corpus: list[bytes]) -> None:
    at = chance.randrange(len(data))
    value = chance.choice([2**31 - 1, 2**31, 2**32, 2**53 - 1, 2**53, 2**63])
    data[at : at + 1] = protocol.write_uint(value)


def _splice(data: bytearray, chance: random.Random, corpus: list[bytes]) -> None:
    other = chance.choice(corpus)
    at, start = chance.randrange(len(data)), chance.randrange(len(other))
    data[at:at] = other[start : start + chance.randint(1, 40)]


def _repeat(data: bytearray, chance: random.Random, _corpus: list[bytes]) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.randint(1, 20)]


def _words(data: bytearray, chance: random.Random, _corpus: list[bytes]) -> None:
    """Another word of the same length in the place of one of the layout's."""
    words = [b"cells", b"source", b"meta", b"outputs", b"id", b"cell_type", b"metadata", b"code"]
    word = chance.choice(words)
    at = data.find(word)
    if at >= 0:
        data[at : at + len(word)] = chance.choice([b"state", b"nbformat", b"x", word.upper()])[
            : len(word)
        ].ljust(len(word), b"x")


BENDS: list[Bend] = [_flip, _flip, _set, _set, _cut, _remove, _huge, _splice, _repeat, _words]


# -- bending the layout -----------------------------------------------------------------------


def _places(doc: Doc) -> Iterator[Any]:
    """Every shared type of the document."""
    waiting: list[Any] = [
        doc.get("meta", type=Map),
        doc.get("cells", type=Array),
        doc.get("state", type=Map),
        doc.get("stranger", type=Map),
        doc.get("source", type=Text),
    ]
    while waiting:
        place = waiting.pop()
        yield place
        if isinstance(place, Map):
            waiting += [place[key] for key in place if isinstance(place[key], (Map, Array, Text))]
        elif isinstance(place, Array):
            waiting += [one for one in place if isinstance(one, (Map, Array, Text))]


KEYS = [
    "id", "cell_type", "source", "metadata", "outputs", "execution_count", "attachments", "trusted",
    "output_type", "text", "data", "name", "traceback", "nbformat", "nbformat_minor", "editable", "ename",
    "evalue", "kernelspec", "language_info", "tags", "collapsed", "runs", "", "__proto__", "execution_state",
    "jupyter", "scrolled", "format", "orig_nbformat", "text/plain", "image/png",
]  # fmt: skip


def _value(chance: random.Random) -> Any:
    plain = [
        None, True, 0, -1, 1.5, 2**40, float("inf"), float("nan"), "", "code", "markdown", "raw", "stream",
        "display_data", "execute_result", "error", "x" * 300, "a b", "\x00", "\ud7ff", "é" * 20, 5, 4, [],
        {}, [None], [["a"], 1], {"": None}, {"a": {"b": {"c": [1]}}}, ["x", "y"], {"text/plain": 3},
        {"text/plain": ["a", 1]}, {"image/png": {"a": 1}}, {"trusted": True}, {"tags": "no list"},
        {"name": 3}, b"bytes",
    ]  # fmt: skip
    shared = [
        Text("t"), Map({}), Array([]), Map({"output_type": "stream", "name": "stdout", "text": "x"}),
        Map({"output_type": "stream", "name": "stdout", "text": Text("x")}),
        Map({"output_type": "display_data", "data": Map({"text/plain": Text("x")}), "metadata": 3}),
        Map({"output_type": "error", "traceback": Array([1, None])}),
        Map({"id": "new", "cell_type": "raw", "source": Text("x"), "metadata": Map({"format": 3})}),
        Map({"id": "titre", "cell_type": "code", "source": Text("x"), "metadata": Map({}), "outputs": Array([])}),
        Map({"id": "neu", "cell_type": "markdown", "source": Text("x"), "metadata": Map({}),
             "attachments": {"a.png": "no bundle"}}),
    ]  # fmt: skip
    return chance.choice(plain if chance.random() < 0.6 else shared)


def _spoil(place: Any, chance: random.Random) -> None:
    if isinstance(place, Map):
        keys = [*place, *KEYS]
        if chance.random() < 0.25 and len(place):
            del place[chance.choice(list(place))]
        else:
            place[chance.choice(keys)] = _value(chance)
    elif isinstance(place, Array):
        if chance.random() < 0.3 and len(place):
            del place[chance.randrange(len(place))]
        else:
            place.insert(chance.randint(0, len(place)), _value(chance))
    elif chance.random() < 0.5:
        place.insert(0, chance.choice(["x", "\x00", "\r\n", "\u2028", "😀"]))
    elif chance.random() < 0.5:
        place.insert_embed(0, {"image": "x"})
    else:
        place.insert(0, "bold", {"b": True, "": {"deep": [1]}})


def attack(seconds: float, seed: int) -> int:
    """The long form; gives 1 when something was let in that should not be."""
    warnings.simplefilter("ignore")  # jupyter_ydoc's, of cells with one id
    print(f"seed {seed}, {seconds:g} s", flush=True)
    try:
        tally = Fuzzer(seed).run(seconds)
    except Broken as broken:
        print(broken)
        return 1
    problems = open_all(tally.documents)
    print(
        f"{tally.taken} taken in, {tally.refused} refused, {tally.early} from the future;"
        f" {len(tally.documents)} documents opened with yjs:"
        f" {'no Node.js' if problems is None else f'{len(problems)} failed'}"
    )
    print("\n".join(problems or []))
    return 1 if problems else 0
