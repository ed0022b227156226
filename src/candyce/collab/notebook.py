"""Between nbformat 4 notebooks and their shared documents, without loss.

The layout is jupyter_ydoc's (see ``schema``); we write it ourselves because ``YNotebook.set`` adds
metadata that the file does not have, rewrites whole texts, and cannot be repeated identically.
Numbers follow JSON in JavaScript: 1.0 comes back as 1, integers beyond 2**53 as floating point.
"""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from typing import Any

import nbformat
from nbformat.validator import iter_validate
from pycrdt import Array, Doc, Map, Text

from candyce.collab.schema import CELL_ID
from candyce.lib.errors import CandyceError, TooLarge
from candyce.projects.notebooks import InvalidNotebook

Notebook = dict[str, Any]
_TEMPORARY = frozenset({"execution_state"})
_SAFE_INTEGER = 2**53 - 1


def parse(data: bytes, *, limit: int) -> Notebook:
    """Read an ``.ipynb`` of any nbformat as nbformat 4; raises :class:`InvalidNotebook`, TooLarge."""
    if len(data) > limit:
        raise TooLarge
    try:
        raw = json.loads(data.decode("utf-8-sig"))
        if raw.get("nbformat") != 4:
            raw = nbformat.convert(nbformat.reader.reads(data.decode("utf-8-sig")), 4)
        raw.setdefault("nbformat_minor", 5)
        for cell in raw["cells"]:
            _check_parsed(cell)
        normalise(raw)
    except CandyceError:
        raise
    except Exception as error:  # nbformat raises whatever it stumbles upon
        raise InvalidNotebook from error
    return raw


def normalise(notebook: Notebook) -> Notebook:
    """Texts as strings, where files may have lists of lines; ``trusted`` taken out. Changes in place."""
    for cell in notebook["cells"]:
        cell["source"] = join_text(cell.get("source", ""))
        for bundle in _as_dict(cell.get("attachments")).values():
            _join_bundle(_as_dict(bundle))
        for output in cell.get("outputs", ()):
            _join_bundle(_as_dict(output.get("data")))
            if output["output_type"] == "stream":
                output["text"] = join_text(output.get("text", ""))
    return strip_trusted(notebook)


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _join_bundle(bundle: dict[str, Any]) -> None:
    for mime, value in bundle.items():
        is_json = mime == "application/json" or mime.endswith("+json")
        if not is_json and isinstance(value, list) and all(isinstance(line, str) for line in value):
            bundle[mime] = "".join(value)


def _check_parsed(cell: Any) -> None:
    if cell["cell_type"] not in {"code", "markdown", "raw"}:
        raise InvalidNotebook
    if not isinstance(cell.get("metadata", {}), dict) or not isinstance(
        cell.get("outputs", []), list
    ):
        raise InvalidNotebook
    cell_id = cell.get("id")
    if cell_id is not None and not CELL_ID.match(str(cell_id)):
        del cell["id"]
    for output in cell.get("outputs", []):
        if not isinstance(output, dict) or "output_type" not in output:
            raise InvalidNotebook


def write(notebook: Notebook) -> bytes:
    """The bytes of the ``.ipynb``, laid out as Jupyter does, the same for the same content."""
    node = nbformat.from_dict(notebook)
    # Not nbformat.writes: it validates again, and logs what a pupil wrote.
    return (nbformat.v4.writes(node, indent=1, ensure_ascii=False) + "\n").encode()


def strip_trusted(notebook: Notebook) -> Notebook:
    """Take ``metadata.trusted`` out, in place: only a browser may decide what it trusts."""
    for owner in [notebook, *notebook.get("cells", [])]:
        if isinstance(owner.get("metadata"), dict):
            owner["metadata"].pop("trusted", None)
    return notebook


def plain(value: Any) -> Any:
    """A JSON value as a shared document can hold it."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE_INTEGER:
        return float(value)
    return value


def _whole(value: Any) -> Any:
    """Undo JavaScript's floating point: 3.0 is 3."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= _SAFE_INTEGER:
        return int(value)
    return value


def join_text(text: Any) -> str:
    if isinstance(text, list) and all(isinstance(part, str) for part in text):
        return "".join(text)
    if not isinstance(text, str):
        raise InvalidNotebook
    return text


# -- writing ---------------------------------------------------------------------------------


def make_seed(data: bytes, *, limit: int) -> bytes:
    """The first update of a document, from the bytes of its ``.ipynb``.

    The same bytes give the same structure under the same client id, so that two servers that start
    from one file agree instead of doubling its cells.
    """
    notebook = parse(data, limit=limit)
    digest = hashlib.sha256(data).digest()
    doc: Doc = Doc(client_id=int.from_bytes(digest[:4], "big") | 1)
    try:
        with doc.transaction():
            fill(doc, notebook, salt=digest.hex())
    except (ValueError, TypeError) as error:  # a lone surrogate, say
        raise InvalidNotebook from error
    return doc.get_update()


def fill(doc: Doc, notebook: Notebook, *, salt: str) -> None:
    """Write a notebook into an empty document."""
    meta: Map = doc.get("meta", type=Map)
    cells: Array = doc.get("cells", type=Array)
    doc.get("state", type=Map)
    for key, value in get_meta(notebook).items():
        meta[key] = value
    meta["metadata"] = Map(plain(notebook.get("metadata", {})))
    sources = notebook["cells"] or [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": ""}
    ]
    seen: set[str] = set()
    for index, cell in enumerate(sources):
        cells.append(make_cell(cell, get_cell_id(cell, seen, f"{salt}:{index}")))


def get_meta(notebook: Notebook) -> dict[str, Any]:
    rest = {
        key: plain(notebook[key]) for key in sorted(notebook) if key not in {"cells", "metadata"}
    }
    return rest | {"nbformat": 4, "nbformat_minor": min(int(rest.get("nbformat_minor", 5)), 5)}


def get_cell_id(cell: Notebook, seen: set[str], salt: str) -> str:
    """The cell's id, or a made-up one where it has none or shares it; ``seen`` gains it."""
    cell_id = cell.get("id")
    if not cell_id or cell_id in seen:
        cell_id = uuid.uuid5(uuid.NAMESPACE_OID, salt).hex[:12]
    seen.add(cell_id)
    return str(cell_id)


def make_cell(cell: Notebook, cell_id: str) -> Map:
    """A cell as a shared map, not yet part of a document."""
    shared: dict[str, Any] = {"id": cell_id, "cell_type": cell["cell_type"]}
    shared["source"] = Text(join_text(cell.get("source", "")))
    shared["metadata"] = Map(plain(cell.get("metadata", {})))
    for key, value in cell.items():
        if key not in shared and key not in {"outputs", *_TEMPORARY}:
            shared[key] = plain(value)
    if cell["cell_type"] == "code":
        shared.setdefault("execution_count", None)
        shared["outputs"] = Array([make_output(output) for output in cell.get("outputs", [])])
        shared["execution_state"] = "idle"
    elif not shared.get("attachments", True):
        del shared["attachments"]
    return Map(shared)


def make_output(output: Notebook) -> Map:
    shared = plain(output)
    if shared.get("output_type") == "stream":
        shared["text"] = Text(join_text(shared.get("text", "")))
    return Map(shared)


# -- reading ---------------------------------------------------------------------------------


def read(doc: Doc) -> Notebook:
    """The notebook that a (checked) document shows; the document is not changed."""
    meta = _whole(doc.get("meta", type=Map).to_py() or {})
    metadata = meta.pop("metadata", {})
    minor = int(meta.get("nbformat_minor", 5))
    cells: list[Notebook] = []
    seen: dict[str, Notebook] = {}
    for index, shared in enumerate(doc.get("cells", type=Array)):
        cell = read_cell(shared)
        twin = seen.get(cell["id"])
        if twin is not None:
            if twin == cell:
                continue
            cell["id"] = uuid.uuid5(uuid.NAMESPACE_OID, f"{cell['id']}:{index}").hex[:12]
        seen[cell["id"]] = cell
        cells.append(cell)
    if minor < 5:
        cells = [{key: value for key, value in cell.items() if key != "id"} for cell in cells]
    rest = {key: value for key, value in meta.items() if key not in {"nbformat", "nbformat_minor"}}
    notebook = {
        "cells": cells,
        "metadata": metadata,
        "nbformat": 4,
        "nbformat_minor": minor,
        **rest,
    }
    return strip_trusted(notebook)


def read_cell(shared: Map) -> Notebook:
    cell = {key: value for key, value in _whole(shared.to_py()).items() if key not in _TEMPORARY}
    if cell["cell_type"] == "code":
        cell.setdefault("execution_count", None)
        for output in cell["outputs"]:
            if output.get("output_type") == "stream":
                output["text"] = join_text(output.get("text", ""))
    else:
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)
    if not cell.get("attachments", True):
        del cell["attachments"]
    return cell


def make_valid(notebook: Notebook) -> Notebook | None:
    """The notebook as nbformat accepts it, unknown fields kept: offending values left out, or None.

    Only values that no page of ours writes are ever left out; text never is. All offences are mended at
    once, for somebody may have put one into every cell.
    """
    for mend in (_leave_out, _leave_out, _make_bare):
        errors = list(iter_validate(nbformat.from_dict(notebook), relax_add_props=True))
        if not errors:
            return notebook
        mend(notebook, [_get_place(error) for error in errors])
    errors = list(iter_validate(nbformat.from_dict(notebook), relax_add_props=True))
    return None if errors else notebook


def _get_place(error: Any) -> list[Any]:
    return list(getattr(error, "absolute_path", None) or getattr(error, "path", None) or ())


def _leave_out(notebook: Notebook, places: list[list[Any]]) -> None:
    """Delete the smallest part that may be missing around each place."""
    cuts = {tuple(cut) for cut in map(_find_cut, places) if cut}
    # From the end: what stands before keeps its index.
    for cut in sorted(
        cuts, key=lambda cut: [(isinstance(at, str), at) for at in cut], reverse=True
    ):
        owner: Any = notebook
        for step in cut[:-1]:
            owner = owner[step]
        del owner[cut[-1]]


def _find_cut(place: list[Any]) -> list[Any] | None:
    if "metadata" in place and len(place) > place.index("metadata") + 1:
        return place[: place.index("metadata") + 2]
    if len(place) >= 4 and place[0] == "cells" and place[2] == "outputs":
        return place[:4]
    if len(place) >= 3 and place[0] == "cells" and place[2] == "attachments":
        return place[:3]
    return None


def _make_bare(notebook: Notebook, places: list[list[Any]]) -> None:
    """Leave nothing but id, type and text to the cells that still offend."""
    for index in {place[1] for place in places if len(place) > 1 and place[0] == "cells"}:
        cell = notebook["cells"][index]
        bare = {key: cell[key] for key in ("id", "cell_type", "source") if key in cell}
        bare["metadata"] = {}
        if cell["cell_type"] == "code":
            bare |= {"execution_count": None, "outputs": []}
        notebook["cells"][index] = bare
    if any(place[:1] == ["metadata"] for place in places):
        notebook["metadata"] = {}
