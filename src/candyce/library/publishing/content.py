"""The files of a tree, as publishing looks at them: notebooks cell by cell, texts, and one mark for the whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from candyce.exercises.format import get_cells, get_id, get_source, get_type
from candyce.projects.blobs import read_blob
from candyce.projects.kinds import Kind, kind_of, read_text
from candyce.projects.paths import is_notebook

Tree = Mapping[str, list]
NOTEBOOK_LIMIT = 20_000_000  # bytes of a notebook that is still looked into
TEXT_LIMIT = 2_000_000  # of another file
DATA_LIMIT = 1_000_000  # characters of structured data that are looked through
_WORDS = {"image/svg+xml", "application/javascript"}


@dataclass(frozen=True)
class Place:
    """A cell of a notebook: ``number`` from 1, as people count."""

    path: str
    number: int
    cell: dict[str, Any]

    @property
    def cell_id(self) -> str:
        return get_id(self.cell)

    @property
    def source(self) -> str:
        return get_source(self.cell)

    @property
    def kind(self) -> str:
        return get_type(self.cell)


@dataclass(frozen=True)
class Content:
    """A tree that was read. ``notebooks``: None for one that nobody can read; ``texts``: other files of text."""

    tree: Tree
    notebooks: dict[str, dict[str, Any] | None]
    texts: dict[str, str]

    def iter_places(self) -> Iterator[Place]:
        for path, notebook in self.notebooks.items():
            for number, cell in enumerate(get_cells(notebook or {}), 1):
                yield Place(path, number, cell)

    @property
    def main(self) -> dict[str, Any] | None:
        """The notebook that readers see first."""
        order = sorted(self.notebooks, key=lambda path: (path.count("/"), path))
        return self.notebooks[order[0]] if order else None


def get_digest(tree: Tree) -> str:
    """The same for the same files, whenever they were written."""
    names = sorted((path, entry[0]) for path, entry in tree.items() if not path.endswith("/"))
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def read_content(tree: Tree) -> Content:
    notebooks, texts = {}, {}
    for path, entry in sorted(tree.items()):
        if path.endswith("/"):
            continue
        if is_notebook(path):
            notebooks[path] = _read_notebook(entry)
        elif kind_of(path) is Kind.TEXT and entry[1] <= TEXT_LIMIT:
            text = read_text(_read(entry) or b"\0")
            if text is not None:
                texts[path] = text
    return Content(tree, notebooks, texts)


def _read(entry: list) -> bytes | None:
    try:
        return read_blob(entry[0])
    except OSError:
        return None


def _read_notebook(entry: list) -> dict[str, Any] | None:
    data = _read(entry) if entry[1] <= NOTEBOOK_LIMIT else None
    try:
        notebook = json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
    valid = isinstance(notebook, dict) and isinstance(notebook.get("cells"), list)
    return notebook if valid else None


def iter_output_texts(cell: dict[str, Any]) -> Iterator[str]:
    """What the results of a cell say in words: printed text, HTML, errors, structured data; no image."""
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        yield _join(output.get("text"))
        traceback = output.get("traceback")
        if isinstance(traceback, list):
            yield "\n".join(line for line in traceback if isinstance(line, str))
        data = output.get("data")
        for mimetype, value in data.items() if isinstance(data, dict) else ():
            if mimetype.startswith("text/") or mimetype in _WORDS:
                yield _join(value)
            elif mimetype == "application/json" or mimetype.endswith("+json"):
                yield join_data(value)


def get_widget_text(notebook: dict[str, Any]) -> str:
    """What the widgets of a notebook said when it was saved: it stands in no cell, and every reader gets it."""
    metadata = notebook.get("metadata")
    return join_data(metadata.get("widgets")) if isinstance(metadata, dict) else ""


def iter_html(cell: dict[str, Any]) -> Iterator[str]:
    """The results of a cell that are HTML."""
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        if isinstance(data, dict):
            yield _join(data.get("text/html"))


def join_data(value: Any) -> str:
    """The names, words and whole numbers in what was read from JSON, a line each, up to ``DATA_LIMIT``."""
    found, length = [], 0
    for text in _iter_data(value):
        length += len(text) + 1
        found.append(text)
        if length > DATA_LIMIT:
            break
    return "\n".join(found)[:DATA_LIMIT]


def _iter_data(value: Any) -> Iterator[str]:
    """An object's names, then its words side by side, as a given and a family name are, then the rest of it.

    Without recursion, since depth is a stranger's.
    """
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield from one
            yield from (part for part in one.values() if isinstance(part, str))
            waiting.extend(part for part in reversed(one.values()) if not isinstance(part, str))
        elif isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, str) or (isinstance(one, int) and not isinstance(one, bool)):
            yield str(one)


def _join(value: Any) -> str:
    """A text or its lines; of anything else that stands there, nothing."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
