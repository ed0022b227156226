"""A project's tree in Jupyter's contents model (jupyter_server, "Contents API").

Directories are not stored: they follow from the paths below them, or from the marker of an empty one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from candyce.lib.errors import NotFound
from candyce.projects import live
from candyce.projects.blobs import read_blob
from candyce.projects.kinds import Kind, NotText, kind_of, read_text
from candyce.projects.models import Project
from candyce.projects.notebooks import InvalidNotebook, write_notebook
from candyce.projects.paths import get_folders, is_notebook

Model = dict[str, Any]
OCTETS = "application/octet-stream"


def get_stored(project: Project, path: str) -> bytes:
    """The file's content, the live document's where there is one; raises :class:`NotFound`."""
    entry = project.tree.get(path)
    if entry is None or path.endswith("/"):
        raise NotFound
    kind = kind_of(path)
    if kind is Kind.NOTEBOOK:
        notebook = live.get().get_notebook(project, path)
        return read_blob(entry[0]) if notebook is None else write_notebook(notebook)
    text = live.get().get_text(project, path) if kind is Kind.TEXT else None
    return read_blob(entry[0]) if text is None else text.encode()


def get_model(
    project: Project, path: str, *, writable: bool, content: bool = True, wanted: str | None = None
) -> Model:
    """The model of a file or directory (``""``: the top).

    ``wanted``: ``json`` (a notebook's own), ``text`` or ``base64``; by default what suits the file.
    Raises :class:`NotFound`, or :class:`NotText` when a file is not text and text was asked for.
    """
    if path in project.tree and not path.endswith("/"):
        return _get_file(project, path, writable=writable, content=content, wanted=wanted)
    if path == "" or path in get_folders(project.tree):
        return get_directory(project, path, writable=writable, content=content)
    raise NotFound


def get_directory(project: Project, path: str, *, writable: bool, content: bool = True) -> Model:
    model = _make_model(path, "directory", writable, _get_newest(project.tree, path))
    if content:
        model["content"] = _list(project, path, writable=writable)
        model["format"] = "json"
    return model


def _list(project: Project, folder: str, *, writable: bool) -> list[Model]:
    prefix = f"{folder}/" if folder else ""
    below = {key[len(prefix) :]: key for key in project.tree if key.startswith(prefix)}
    folders = sorted({name.split("/")[0] for name in below if "/" in name})
    files = sorted(name for name in below if name and "/" not in name)
    models = [
        get_directory(project, prefix + name, writable=writable, content=False) for name in folders
    ]
    return models + [_get_entry(project.tree, prefix + name, writable) for name in files]


def _get_entry(tree: Mapping[str, list], path: str, writable: bool) -> Model:
    sha256, size, modified = tree[path]
    kind = "notebook" if is_notebook(path) else "file"
    model = _make_model(path, kind, writable, modified)
    mimetype = None if kind == "notebook" else mimetypes.guess_type(path)[0] or OCTETS
    return model | {"size": size, "mimetype": mimetype, "hash": sha256, "hash_algorithm": "sha256"}


def _get_file(
    project: Project, path: str, *, writable: bool, content: bool, wanted: str | None
) -> Model:
    model = _get_entry(project.tree, path, writable)
    if not content and not is_notebook(path):
        return model
    data = get_stored(project, path)
    model["size"] = len(data)
    model["hash"] = hashlib.sha256(data).hexdigest()
    if not content:
        return model
    wanted = wanted or ("json" if is_notebook(path) else None)
    if wanted == "json" and not is_notebook(path):
        wanted = "text"
    if wanted == "json":
        return model | {"format": "json", "content": _parse(data)}
    model["type"] = "file"
    text = None if wanted == "base64" else read_text(data)
    if text is None and wanted == "text":
        raise NotText
    if text is None:
        encoded = base64.b64encode(data).decode()
        return model | {"format": "base64", "content": encoded, "mimetype": _mimetype(path, OCTETS)}
    return model | {"format": "text", "content": text, "mimetype": _mimetype(path, "text/plain")}


def _parse(data: bytes) -> dict[str, Any]:
    """A stored notebook; what was stored clean is not validated again."""
    try:
        return json.loads(data)
    except ValueError as error:
        raise InvalidNotebook from error


def _mimetype(path: str, default: str) -> str:
    return mimetypes.guess_type(path)[0] or default


def _make_model(path: str, kind: str, writable: bool, modified: int) -> Model:
    moment = datetime.fromtimestamp(modified, UTC).isoformat().replace("+00:00", "Z")
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "type": kind,
        "format": None,
        "mimetype": None,
        "content": None,
        "size": None,
        "created": moment,
        "last_modified": moment,
        "writable": writable,
        "hash": None,
        "hash_algorithm": None,
    }


def _get_newest(tree: Mapping[str, list], folder: str) -> int:
    prefix = f"{folder}/" if folder else ""
    return max((entry[2] for key, entry in tree.items() if key.startswith(prefix)), default=0)


def list_tree(project: Project) -> list[dict[str, Any]]:
    """All files, as ``GET /api/tree`` names them: live texts up to date, for a kernel reads them next.

    A live notebook's file may be some seconds behind; it is not what programs read.
    """
    live.get().materialise(project, kind=Kind.TEXT)
    return [
        {
            "path": path,
            "size": size,
            "hash": sha256,
            "last_modified": datetime.fromtimestamp(modified, UTC).isoformat(),
        }
        for path, (sha256, size, modified) in sorted(project.tree.items())
        if not path.endswith("/")
    ]
