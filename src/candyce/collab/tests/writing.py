"""People who write in a document, without a network: what the log of a class at work looks like."""

from __future__ import annotations

import uuid
from random import Random

from pycrdt import Array, Doc, Map, Text

from candyce.collab import notebook, store
from candyce.collab.models import LiveDocument
from candyce.collab.replica import Replica, load_doc


class Writer:
    """A page of one person: edits now, tells the server when it pleases."""

    def __init__(self, document: LiveDocument, author_id: uuid.UUID | None, random: Random) -> None:
        self.document, self.author_id, self.random = document, author_id, random
        self.doc: Doc = Doc(client_id=random.randrange(1, 2**32))
        self.doc.apply_update(load_doc(store.load(document.pk).updates).get_update())
        self.cells: Array = self.doc.get("cells", type=Array)

    def edit(self) -> None:
        """One edit of any kind."""
        random, count = self.random, len(self.cells)
        kind = random.choice(["type", "type", "type", "erase", "insert", "delete", "run", "move"])
        place = random.randrange(count) if count else 0
        if kind == "insert" or not count:
            self.cells.insert(random.randrange(count + 1), make_cell(random))
        elif kind == "delete":
            del self.cells[place]
        elif kind == "move":
            with self.doc.transaction():
                cell = notebook.read_cell(self.cells[place])
                del self.cells[place]
                self.cells.insert(random.randrange(count), notebook.make_cell(cell, cell["id"]))
        elif kind == "run":
            self._run(self.cells[place])
        else:
            self._type(self.cells[place]["source"], erase=kind == "erase")

    def _type(self, source: Text, *, erase: bool) -> None:
        size = len(str(source))
        if erase and size > 2:
            start = self.random.randrange(size - 1)
            if str(source).isascii():
                del source[start : start + self.random.randrange(1, size - start)]
        else:
            source += self.random.choice(["x = 1\n", "été ", "print(x)", "😀", "\n"])

    def _run(self, cell: Map) -> None:
        if cell["cell_type"] != "code":
            return
        with self.doc.transaction():
            cell["execution_count"] = self.random.randrange(1, 99)
            cell["outputs"].clear()
            text = "z" * self.random.randrange(40)
            output = {"output_type": "stream", "name": "stdout", "text": text}
            cell["outputs"].append(notebook.make_output(output))

    def exchange(self) -> int:
        """Send what the server lacks, fetch what this page lacks; gives the log's last number."""
        replica = Replica(store.load(self.document.pk).updates)
        try:
            applied = replica.apply(self.doc.get_update(replica.doc.get_state()))
            if applied.news:
                store.append({self.document.pk: [store.Entry(applied.news, self.author_id)]})
            self.doc.apply_update(replica.doc.get_update(self.doc.get_state()))
        finally:
            replica.close()
        return store.get_last_seqs([self.document.pk])[self.document.pk]


def make_cell(random: Random) -> Map:
    cell = {
        "cell_type": random.choice(["code", "markdown"]),
        "id": uuid.UUID(int=random.getrandbits(128)).hex[:12],
        "metadata": {},
        "source": "new",
    }
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    return notebook.make_cell(cell, cell["id"])
