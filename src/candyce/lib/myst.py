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
from collections import Counter
from difflib import SequenceMatcher
from typing import Any

MARK = "myst"  # the value of ``candyce`` in extras
VERSION = 1
TEXT_LIMIT = 4 * 2**20  # characters of a text that is read
NODE_LIMIT = 200_000  # values in all metadata
CELL_LIMIT = 2000
HEADER_LIMIT = 64 * 2**10  # characters of YAML at the top: PyYAML reads some 100,000 in a second
OPTION_LIMIT = 128 * 2**10  # characters of YAML in the cells
ALL_PAIRS = 400  # cells, old and new, in which equals are told apart by what stands around them
_NEWLINE = re.compile(r"\r\n?|\n")
_DIRECTIVE = re.compile(r"\s*(`{3,}|~{3,}|:{3,})\s*\{")
_CODE_CELL = re.compile(r"^(`{3,}|~{3,}|:{3,})\{(code-cell|raw-cell)\}", re.MULTILINE)
# YAML's anchors and aliases, in places where YAML has them: a few lines of them swell to gigabytes.
_ANCHOR = re.compile(r"[:\-\[{,]\s*&([\w-]+)")
_ALIAS = re.compile(r"[:\-\[{,]\s*\*([\w-]+)")
_HEADER = re.compile(r"\A---\r?\n(.*?)\r?\n---\s*$", re.DOTALL | re.MULTILINE)

Notebook = dict[str, Any]


class NoMyst(Exception):
    """The text is no notebook in MyST."""


class MystTooLarge(NoMyst):
    """The text is more than is read while somebody waits."""


def measure(text: str) -> int:
    """Characters of YAML in a text, seen without reading it.

    Raises :class:`MystTooLarge` for more of it, or more cells, than are read.
    """
    cells = header = options = 0
    # Where the scan stands: in the header, at a cell's first line, among its options (lines with a colon), in
    # its block of YAML, or elsewhere. In doubt it counts too much.
    place = "header" if text.startswith("---") else ""
    for number, line in enumerate(_NEWLINE.split(text)):
        marks = line.lstrip()
        starts = _DIRECTIVE.match(line)
        cells += bool(starts or marks.startswith("+++"))
        if place == "header":
            header += len(line) + 1
            place = "" if number and marks.startswith("---") else place
            continue
        if place == "first" and line.lstrip(" ").startswith("---"):
            place = "block"
        elif place == "block":
            place = "" if line.startswith("---") else place
        elif starts:
            place = "first"
        elif place:
            place = "" if marks and not marks.startswith(":") else "options"
        options += len(line) + 1 if place else 0
    if cells > CELL_LIMIT or header > HEADER_LIMIT or options > OPTION_LIMIT:
        raise MystTooLarge
    return header + options


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

    if len(text) > TEXT_LIMIT:
        raise MystTooLarge
    if not is_myst(text):
        raise NoMyst
    measure(text)
    if not set(_ANCHOR.findall(text)).isdisjoint(_ALIAS.findall(text)):
        raise NoMyst
    try:
        found = jupytext.reads(_name_kernel(text), fmt="md:myst")
        _check_size(found)
        parsed: Notebook = json.loads(json.dumps(found, default=str))
    except NoMyst:
        raise
    except Exception as error:  # what stumbles over a stranger's text there has many names
        raise NoMyst from error
    return parsed


def _name_kernel(text: str) -> str:
    """The text with a name to be shown for its kernel: nbformat wants one, mystmd does without."""
    import yaml

    header = _HEADER.match(text)
    if header is None or "kernelspec" not in header[1]:
        return text
    metadata = yaml.safe_load(header[1])
    kernel = metadata.get("kernelspec")
    kernel = {"name": kernel} if isinstance(kernel, str) else kernel
    if not isinstance(kernel, dict) or "display_name" in kernel or "name" not in kernel:
        return text
    metadata["kernelspec"] = kernel | {"display_name": str(kernel["name"])}
    said = yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False)
    return text[: header.start(1)] + said.rstrip("\n") + text[header.end(1) :]


def _check_size(notebook: Any) -> None:
    if len(notebook["cells"]) > CELL_LIMIT:
        raise MystTooLarge
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
    """The text and the extras of a clean notebook (nbformat 4.5, sources as strings).

    Raises :class:`NoMyst` for what a text cannot express, or would express in more than is read.
    """
    import jupytext
    import nbformat

    if len(notebook["cells"]) > CELL_LIMIT:
        raise MystTooLarge
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metadata that the text cannot hold: the extras do
            text = jupytext.writes(nbformat.from_dict(notebook), fmt="md:myst")
    except Exception as error:  # metadata are anything: jupytext reads its own there
        raise NoMyst from error
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
    """Index in the first -> index in the second, of what stands in both in the same order.

    In long lists only the first of equals matches the first, the second the second: comparing every one with
    every other would take cubic time.
    """
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if len(a) + len(b) > ALL_PAIRS:
        a, b = _number(a), _number(b)
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    found = {n: n for n in range(start)}
    for block in blocks:
        found |= {start + block.a + n: start + block.b + n for n in range(block.size)}
    return found | {len(old) - 1 - n: len(new) - 1 - n for n in range(end)}


def _number(values: list[Any]) -> list[tuple[Any, int]]:
    seen: Counter[Any] = Counter()
    result = []
    for value in values:
        result.append((value, seen[value]))
        seen[value] += 1
    return result


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
        and max(len(value["cells"]), len(value["seen"])) <= CELL_LIMIT
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
