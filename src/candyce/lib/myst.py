"""Notebooks as MyST Markdown and back (jupytext), with what the text cannot carry kept beside it.

The text holds the cells' sources and most of their metadata. Outputs, attachments, cell identifiers, blanks
at the ends of cells and a few kinds of metadata are lost in it; they stand in *extras*, a JSON object. With its
extras a text gives back the very notebook it was made from. When the text was edited in between, what was
edited comes from the text, the rest from both.

Source: MyST-NB's "Text-based notebooks"; jupytext's format ``md:myst``.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from difflib import SequenceMatcher
from typing import Any

MARK = "myst"  # the value of ``candyce`` in extras
VERSION = 1
TEXT_LIMIT = 4 * 2**20  # characters of a text that is read
NODE_LIMIT = 200_000  # values in all metadata
_CODE_CELL = re.compile(r"^(`{3,}|~{3,}|:{3,})\{(code-cell|raw-cell)\}", re.MULTILINE)
# YAML's anchors and aliases, in places where YAML has them: a few lines of them swell to gigabytes.
_ANCHOR = re.compile(r"[:\-\[{,]\s*&([\w-]+)")
_ALIAS = re.compile(r"[:\-\[{,]\s*\*([\w-]+)")
_HEADER = re.compile(r"\A---\r?\n(.*?)\r?\n---\s*$", re.DOTALL | re.MULTILINE)

Notebook = dict[str, Any]


class NoMyst(Exception):
    """The text is no notebook in MyST."""


def is_myst(text: str) -> bool:
    """Whether a Markdown text declares itself a notebook: a header of jupytext's, or code cells."""
    header = _HEADER.match(text)
    named = header and re.search(r"^(jupytext|kernelspec):", header[1], re.MULTILINE)
    return bool(named or _CODE_CELL.search(text))


def read_myst(text: str) -> Notebook:
    """The notebook of a text alone; raises :class:`NoMyst`."""
    notebook = _parse(text)
    notebook["metadata"].pop("jupytext", None)
    kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    notebook["metadata"].setdefault("kernelspec", kernel)
    return notebook


def _parse(text: str) -> Notebook:
    import jupytext
    import yaml

    if len(text) > TEXT_LIMIT or not is_myst(text):
        raise NoMyst
    if not set(_ANCHOR.findall(text)).isdisjoint(_ALIAS.findall(text)):
        raise NoMyst
    try:
        found = jupytext.reads(text, fmt="md:myst")
        _check_size(found)
        parsed: Notebook = json.loads(json.dumps(found, default=str))
    except NoMyst:
        raise
    except (
        yaml.YAMLError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
    ) as error:
        raise NoMyst from error
    return parsed


def _check_size(notebook: Any) -> None:
    room, waiting = NODE_LIMIT, [notebook]
    while waiting:
        value = waiting.pop()
        room -= 1
        if room < 0:
            raise NoMyst
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)


def write_myst(notebook: Notebook) -> tuple[str, dict[str, Any]]:
    """The text and the extras of a clean notebook (nbformat 4.5, sources as strings)."""
    import jupytext
    import nbformat

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of metadata that the text cannot hold: the extras do
        text = jupytext.writes(nbformat.from_dict(notebook), fmt="md:myst")
    seen = _parse(text)
    keys = [_get_key(cell) for cell in seen["cells"]]
    places = _match([_get_key(cell) for cell in notebook["cells"]], keys)
    extras = {
        "candyce": MARK,
        "version": VERSION,
        "seen": [_get_print(cell) for cell in seen["cells"]],
        "seen_metadata": seen["metadata"],
        "notebook": {name: value for name, value in notebook.items() if name != "cells"},
        "cells": [
            _shorten(cell, places.get(index), seen["cells"])
            for index, cell in enumerate(notebook["cells"])
        ],
    }
    return text, extras


def _get_key(cell: dict[str, Any]) -> tuple[str, str]:
    """What makes a cell the same after a trip through the text."""
    return cell["cell_type"], "\n".join(cell["source"].splitlines()).strip()


def _get_print(cell: dict[str, Any]) -> str:
    """Fingerprint of a parsed cell with its metadata."""
    parts = [cell["cell_type"], cell["source"], cell["metadata"]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]


def _match(old: list[Any], new: list[Any]) -> dict[int, int]:
    """Index in the first -> index in the second, of what stands in both in the same order."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _shorten(cell: dict[str, Any], place: int | None, seen: list[dict[str, Any]]) -> dict[str, Any]:
    """The cell without what the text says of it as well; ``at``: where."""
    if place is None:
        return cell
    kept = {**cell, "at": place}
    for name in ("source", "metadata", "cell_type"):
        if cell[name] == seen[place][name]:
            del kept[name]
    return kept


def is_extras(value: Any) -> bool:
    """Whether a JSON value is what :func:`write_myst` made, as far as can be seen."""
    return (
        isinstance(value, dict)
        and value.get("candyce") == MARK
        and value.get("version") == VERSION
        and isinstance(value.get("cells"), list)
        and isinstance(value.get("seen"), list)
        and isinstance(value.get("notebook"), dict)
        and isinstance(value["notebook"].get("metadata"), dict)
        and all(isinstance(cell, dict) for cell in value["cells"])
        and all(type(cell.get("at")) in {int, type(None)} for cell in value["cells"])
        and all(isinstance(one, str) for one in value["seen"])
    )


def join_myst(text: str, extras: dict[str, Any]) -> Notebook:
    """The notebook of a text and its extras; raises :class:`NoMyst`. The result may be unclean."""
    parsed = _parse(text)
    prints = [_get_print(cell) for cell in parsed["cells"]]
    notebook = dict(extras["notebook"])
    if parsed["metadata"] != extras.get("seen_metadata"):
        said = {name: one for name, one in parsed["metadata"].items() if name != "jupytext"}
        notebook["metadata"] = notebook["metadata"] | said
    if prints == extras["seen"]:
        notebook["cells"] = [_restore(cell, parsed["cells"]) for cell in extras["cells"]]
        return notebook
    places = _match(extras["seen"], prints)
    known = {places[cell["at"]]: cell for cell in extras["cells"] if cell.get("at") in places}
    notebook["cells"] = [
        _restore({**known[index], "at": index}, parsed["cells"]) if index in known else cell
        for index, cell in enumerate(parsed["cells"])
    ]
    return notebook


def _restore(cell: dict[str, Any], parsed: list[dict[str, Any]]) -> dict[str, Any]:
    place = cell.get("at")
    if place is None:
        return cell
    if not 0 <= place < len(parsed):
        raise NoMyst
    said = {name: parsed[place][name] for name in ("cell_type", "source", "metadata")}
    return said | {name: value for name, value in cell.items() if name != "at"}
