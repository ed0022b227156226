"""Notebooks as they enter the house: whatever the source, valid nbformat 4.5 leaves this module.

Rules: older formats are upgraded, every cell has an id of its own, ``metadata.trusted`` and signatures
are taken away (a trusted cell would run its JavaScript in the next reader's page), ``NaN`` and lone
surrogates, which other readers of JSON refuse, are replaced. Source: nbformat's "The Notebook file format".
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candyce.lib.errors import BadRequest

CELL_LIMIT = 10_000
_CELL_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}\Z")
_CELL_KEYS = {
    "code": {"id", "cell_type", "metadata", "source", "execution_count", "outputs"},
    "markdown": {"id", "cell_type", "metadata", "source", "attachments"},
    "raw": {"id", "cell_type", "metadata", "source", "attachments"},
}

KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
LANGUAGE = {
    "name": "python",
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}


class InvalidNotebook(BadRequest):
    code = "invalid_notebook"
    default_message = _("This file is not a notebook that can be read.")


class EmptyNotebook(InvalidNotebook):
    default_message = _("This notebook is empty: the file holds nothing.")


def make_notebook(title: str) -> dict[str, Any]:
    """An empty notebook: the title, and a cell to write in."""
    cells = [
        _make_cell("markdown", f"# {title}" if title else ""),
        {**_make_cell("code", ""), "execution_count": None, "outputs": []},
    ]
    metadata = {"kernelspec": dict(KERNEL), "language_info": dict(LANGUAGE)}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _make_cell(kind: str, source: str) -> dict[str, Any]:
    return {"id": _make_id(), "cell_type": kind, "metadata": {}, "source": source}


def _make_id() -> str:
    return uuid.uuid4().hex[:8]


def write_notebook(notebook: dict[str, Any]) -> bytes:
    """The notebook as it is stored: UTF-8, one space of indent, a final newline."""
    text = (
        json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
    )
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def read_notebook(data: bytes) -> dict[str, Any]:
    """Bytes of any origin as a clean notebook; raises :class:`InvalidNotebook` and says why.

    UTF-8 with or without byte order mark, UTF-16 and UTF-32 are told apart as RFC 4627 section 3
    describes; what is none of them is read as Windows-1252.
    """
    return clean_notebook(_parse(_decode(data)))


def _decode(data: bytes) -> str:
    if not data.strip():
        raise EmptyNotebook
    try:
        return data.decode(json.detect_encoding(data)).lstrip("\ufeff")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _parse(text: str) -> Any:
    if text.lstrip()[:1] == "<":
        raise InvalidNotebook(
            _(
                "This is a web page, not a notebook. Download the file itself (its “raw” form) and try again."
            )
        )
    try:
        # NaN and the infinities are Python's own: no browser would read them again.
        return json.loads(text, parse_constant=lambda _name: None)
    except RecursionError as error:
        raise InvalidNotebook(_("This notebook is nested too deeply to be read.")) from error
    except json.JSONDecodeError as error:
        message = gettext(
            "This file is not a notebook, or is damaged (line %(line)s, column %(column)s)."
        )
        place = {"line": error.lineno, "column": error.colno}
        raise InvalidNotebook(message % place) from error
    except ValueError as error:  # a number of thousands of digits
        raise InvalidNotebook from error


def clean_notebook(data: Any) -> dict[str, Any]:
    """A parsed notebook of any format 1 to 4 as clean 4.5; raises :class:`InvalidNotebook`."""
    if not isinstance(data, dict) or not isinstance(data.get("nbformat", 1), int):
        raise InvalidNotebook(_("This file holds JSON, but not a notebook."))
    if "nbformat" not in data and "worksheets" not in data and "cells" not in data:
        raise InvalidNotebook(_("This file holds JSON, but not a notebook."))
    if data.get("nbformat", 1) > 4:
        raise InvalidNotebook(_("This notebook was made by a newer program than Candyce can read."))
    try:
        notebook = _upgrade(data)
        _clean_cells(notebook)
        _validate(notebook)
    except InvalidNotebook:
        raise
    except RecursionError as error:
        raise InvalidNotebook(_("This notebook is nested too deeply to be read.")) from error
    except Exception as error:  # the converters of old formats raise whatever they stumble upon
        raise InvalidNotebook(
            _("This notebook is damaged: its parts are not what the format says.")
        ) from error
    return notebook


def _upgrade(data: dict[str, Any]) -> dict[str, Any]:
    import nbformat

    # While converting, nbformat logs what it finds wrong; the verdict is our own, afterwards.
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    major, minor = data.get("nbformat", 1), data.get("nbformat_minor", 0)
    if not isinstance(minor, int):
        raise InvalidNotebook
    if major < 4:
        node = nbformat.versions[major].to_notebook_json(data, minor=minor)
        data = json.loads(json.dumps(nbformat.convert(node, 4)))
    for cell in data["cells"]:
        _join_lines(cell)
    data["nbformat"], data["nbformat_minor"] = 4, 5
    return data


def _join_lines(cell: dict[str, Any]) -> None:
    """On disk, text may be a list of lines (nbformat's "multiline_string")."""
    if isinstance(cell.get("source"), list):
        cell["source"] = "".join(cell["source"])
    for output in cell.get("outputs", []):
        if isinstance(output.get("text"), list):
            output["text"] = "".join(output["text"])
        _join_bundle(output.get("data"))
    for bundle in cell.get("attachments", {}).values():
        _join_bundle(bundle)


def _join_bundle(bundle: Any) -> None:
    for mimetype, value in (bundle or {}).items():
        is_json = mimetype == "application/json" or mimetype.endswith("+json")
        if isinstance(value, list) and not is_json:
            bundle[mimetype] = "".join(value)


def _clean_cells(notebook: dict[str, Any]) -> None:
    for key in notebook.keys() - {"cells", "metadata", "nbformat", "nbformat_minor"}:
        del notebook[key]
    cells = notebook["cells"]
    if not isinstance(cells, list):
        raise InvalidNotebook
    if len(cells) > CELL_LIMIT:
        raise InvalidNotebook(_("This notebook has too many cells."))
    strip_trust(notebook)
    seen: set[str] = set()
    for cell in cells:
        _clean_cell(cell)
        name = cell.get("id")
        if not isinstance(name, str) or not _CELL_ID.match(name) or name in seen:
            cell["id"] = _make_id()
        seen.add(cell["id"])


def _clean_cell(cell: dict[str, Any]) -> None:
    """Supply what the format requires and drop what it does not know (other programs' own keys)."""
    for key in cell.keys() - _CELL_KEYS[cell["cell_type"]]:
        del cell[key]
    cell.setdefault("metadata", {})
    cell.setdefault("source", "")
    if cell["cell_type"] != "code":
        return
    cell.setdefault("execution_count", None)
    for output in cell.setdefault("outputs", []):
        if output.get("output_type") in {"display_data", "execute_result"}:
            output.setdefault("metadata", {})
            output.setdefault("data", {})
        if output.get("output_type") == "execute_result":
            output.setdefault("execution_count", None)


def strip_trust(notebook: dict[str, Any]) -> None:
    """Take away every claim of trust and signature, in place."""
    metadata = notebook.setdefault("metadata", {})
    for name in ("trusted", "signature", "orig_nbformat", "orig_nbformat_minor"):
        metadata.pop(name, None)
    for cell in notebook.get("cells", []):
        cell.get("metadata", {}).pop("trusted", None)
        for output in cell.get("outputs", []):
            output.get("metadata", {}).pop("trusted", None)


def _validate(notebook: dict[str, Any]) -> None:
    import nbformat
    from nbformat.validator import ValidationError

    try:
        nbformat.validate(notebook, version=4, version_minor=5)
    except ValidationError as error:
        raise InvalidNotebook(
            _("This notebook is damaged: its parts are not what the format says.")
        ) from error
