"""The notebooks of a stored tree (a version's, or a project's)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from candyce.lib.errors import CandyceError
from candyce.projects.blobs import read_blob
from candyce.projects.notebooks import read_notebook

StoredNotebook = tuple[str, str]  # path, SHA-256 of the content


def list_notebooks(tree: Mapping[str, list]) -> tuple[StoredNotebook, ...]:
    """The notebooks in reading order: those of the root first, then by path."""
    found = sorted(
        (path.count("/"), path, entry[0])
        for path, entry in tree.items()
        if path.endswith(".ipynb") and entry[0]
    )
    return tuple((path, sha256) for _depth, path, sha256 in found)


def read_stored_notebook(sha256: str) -> dict[str, Any] | None:
    """The notebook, normalised; ``None`` when the content is no notebook or its blob cannot be read."""
    try:
        return read_notebook(read_blob(sha256))
    except (CandyceError, OSError):
        return None
