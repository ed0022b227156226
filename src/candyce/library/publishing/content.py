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
    """What the results of a cell say in words: printed text, HTML, errors; no image."""
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        yield _join(output.get("text"))
        traceback = output.get("traceback")
        yield "\n".join(str(line) for line in traceback) if isinstance(traceback, list) else ""
        data = output.get("data")
        for mimetype, value in data.items() if isinstance(data, dict) else ():
            if mimetype.startswith("text/") or mimetype == "image/svg+xml":
                yield _join(value)


def _join(value: Any) -> str:
    return "".join(str(part) for part in value) if isinstance(value, list) else str(value or "")
