"""Exercise cells: nbgrader's metadata (schema version 3), and ours beside it.

``cell.metadata.nbgrader`` says what a cell is; ``cell.metadata.candyce`` adds a title, a difficulty, a hint, a
rubric and the kind of a closed question. Whatever stands there, nothing in this room raises: what cannot be
read counts as absent, and a doubt about a secret is settled by taking it away.

Source: nbgrader 0.9, ``nbgraderformat/v3.json``, ``v1.py`` to ``v3.py`` (upgrades), ``utils.py`` (checksums).
Notebooks are nbformat 4 as dictionaries and are never modified in place.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]

SCHEMA_VERSION = 3
POINTS_MAX = 9999
TITLE_LIMIT = 200  # characters
GRADE_ID_LIMIT = 200
CELL_TYPES = ("code", "markdown", "raw")
KEYS = (
    "schema_version", "grade", "locked", "solution", "task", "grade_id", "points", "checksum",
    "cell_type",
)  # fmt: skip
KINDS = ("choice", "choices", "number", "text", "matching", "file")
REGIONS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")

_GRADE_ID = re.compile(r"[a-zA-Z0-9_\-]+\Z")


class Role(StrEnum):
    """What a cell is for; the value is the name used by the editor too."""

    SOLUTION = "solution"
    TESTS = "tests"
    MANUAL = "manual"
    TASK = "task"
    READONLY = "readonly"


def get_cells(notebook: Any) -> list[Cell]:
    """The notebook's cells; what is no cell is passed over."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def get_source(cell: Any) -> str:
    """The cell's text, also where a file holds it as a list of lines."""
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def get_type(cell: Any) -> str:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    return kind if kind in CELL_TYPES else "raw"


def get_id(cell: Any) -> str:
    cell_id = cell.get("id") if isinstance(cell, dict) else None
    return cell_id if isinstance(cell_id, str) else ""


def get_metadata(cell: Any) -> dict[str, Any]:
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def get_raw_meta(cell: Any) -> dict[str, Any] | None:
    """``metadata.nbgrader`` as it stands, or None where it says nothing."""
    meta = get_metadata(cell).get("nbgrader")
    return meta if isinstance(meta, dict) else None


def get_meta(cell: Any) -> dict[str, Any]:
    """``metadata.nbgrader`` as valid metadata of schema version 3; empty for an ordinary cell.

    Older versions are upgraded as nbgrader does. Keys: ``grade``, ``solution``, ``locked``, ``task`` (all
    bool), and where they apply ``grade_id`` (str, "" when it is missing or invalid) and ``points`` (number).
    """
    meta = get_raw_meta(cell)
    if meta is None:
        return {}
    task = bool(meta.get("task", False))
    grade = bool(meta.get("grade", False)) and not task
    flags = {
        "grade": grade,
        "solution": bool(meta.get("solution", False)),
        "locked": bool(meta.get("locked", False)),
    }
    version = _get_version(meta)
    if version == 0 and not any(flags.values()) and not task:
        return {}
    clean: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **flags}
    if "task" in meta:
        clean["task"] = task
    if "grade_id" in meta or any(flags.values()) or task:
        clean["grade_id"] = get_grade_id(cell)
    if grade or task:
        clean["points"] = _clean_points(meta.get("points", 0))
    elif version > 0 and _is_number(meta.get("points")) and meta["points"] >= 0:
        clean["points"] = _clean_points(meta["points"])
    checksum, cell_type = meta.get("checksum"), meta.get("cell_type")
    if isinstance(checksum, str) and len(checksum) == 32:
        clean["checksum"] = checksum
        if version < 2 and "cell_type" not in meta:
            clean["cell_type"] = get_type(cell)
    if cell_type in CELL_TYPES:
        clean["cell_type"] = cell_type
    return clean


def _get_version(meta: dict[str, Any]) -> int:
    version = meta.get("schema_version", 0)
    return version if type(version) is int and 0 <= version < SCHEMA_VERSION else SCHEMA_VERSION


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _clean_points(value: Any) -> int | float:
    """Points between 0 and :data:`POINTS_MAX`; what is no number is 0."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return 0
    if not _is_number(value) or (isinstance(value, float) and not math.isfinite(value)):
        return 0
    return min(max(value, 0), POINTS_MAX)


def to_points(value: Any) -> Decimal:
    """Points of any origin as a number of hundredths."""
    return Decimal(str(_clean_points(value))).quantize(Decimal("0.01"))


def get_grade_id(cell: Any) -> str:
    """The cell's ``grade_id`` where it is a valid one, else ""."""
    grade_id = (get_raw_meta(cell) or {}).get("grade_id")
    if not isinstance(grade_id, str) or len(grade_id) > GRADE_ID_LIMIT:
        return ""
    return grade_id if _GRADE_ID.match(grade_id) else ""


def get_role(cell: Any) -> Role | None:
    """What the cell is for; None for an ordinary cell."""
    meta = get_raw_meta(cell)
    if meta is None:
        return None
    if meta.get("task"):
        return Role.TASK
    if meta.get("solution"):
        return Role.MANUAL if meta.get("grade") else Role.SOLUTION
    if meta.get("grade"):
        return Role.TESTS
    return Role.READONLY if meta.get("locked") else None


def get_candyce(cell: Any) -> dict[str, Any]:
    """``metadata.candyce`` as it stands; empty where it says nothing."""
    ours = get_metadata(cell).get("candyce")
    return ours if isinstance(ours, dict) else {}


def get_question(cell: Any) -> dict[str, Any]:
    """``metadata.candyce.question`` of a closed question, with a known ``kind``; else empty."""
    question = get_candyce(cell).get("question")
    if get_type(cell) != "markdown" or not isinstance(question, dict):
        return {}
    kind = question.get("kind")
    return question if isinstance(kind, str) and kind in KINDS else {}


def get_key(cell: Any) -> dict[str, Any]:
    """The secret ``key`` of a closed question; empty where there is none."""
    key = get_question(cell).get("key")
    return key if isinstance(key, dict) else {}


def get_kind(cell: Any) -> str:
    """The kind of a closed question, or ""."""
    return get_question(cell).get("kind", "") if get_role(cell) is Role.MANUAL else ""


def get_language(notebook: Any) -> str:
    """The kernel's language, as nbgrader reads it; Python by default."""
    return _get_spec(notebook, "language") or "python"


def get_kernel(notebook: Any) -> str:
    """The name of the kernel; "" without one."""
    return _get_spec(notebook, "name")


def _get_spec(notebook: Any, name: str) -> str:
    spec = get_metadata(notebook).get("kernelspec")
    found = spec.get(name) if isinstance(spec, dict) else None
    return found if isinstance(found, str) else ""


def compute_checksum(cell: Any, meta: dict[str, Any]) -> str:
    """nbgrader's checksum of a cell whose metadata are ``meta`` (valid ones): 32 hexadecimal digits."""
    grade, solution = meta["grade"], meta["solution"]
    locked = not solution and (grade or meta["locked"])
    parts = [get_source(cell), get_type(cell), str(grade), str(solution), str(locked)]
    parts.append(meta.get("grade_id", ""))
    if grade:
        parts.append(str(float(meta["points"])))
    data = "".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def new_grade_id(notebook: Any, stem: str) -> str:
    """A ``grade_id`` that no cell of the notebook has, made from ``stem``."""
    base = re.sub(r"[^a-zA-Z0-9_\-]+", "-", stem).strip("-")[:60] or "cell"
    return _make_unused(base, {get_grade_id(cell) for cell in get_cells(notebook)})


def _make_unused(base: str, used: set[str]) -> str:
    found, number = base, 1
    while found in used:
        number += 1
        found = f"{base}-{number}"
    return found


def normalise(notebook: Any) -> Notebook:
    """The notebook with valid nbgrader metadata everywhere: schema version 3, a ``grade_id`` of its own for
    every exercise cell.

    Always the same names for the same notebook, so that the author's version and what was released from it
    agree. A notebook that is valid already comes back equal.
    """
    cells = get_cells(notebook)
    used = {get_grade_id(cell) for cell in cells}
    seen: set[str] = set()
    result = [_normalise_cell(cell, used, seen) for cell in cells]
    rest = notebook if isinstance(notebook, dict) else {"nbformat": 4, "nbformat_minor": 5}
    return {**rest, "metadata": get_metadata(notebook), "cells": result}


def _normalise_cell(cell: Cell, used: set[str], seen: set[str]) -> Cell:
    metadata = get_metadata(cell)
    if "nbgrader" not in metadata:
        return cell
    meta = get_meta(cell)
    if not meta:
        return with_metadata(cell, {k: v for k, v in metadata.items() if k != "nbgrader"})
    if get_role(cell) is not None:
        grade_id = meta["grade_id"]
        if not grade_id or grade_id in seen:
            stem = re.sub(r"[^a-zA-Z0-9_\-]+", "-", get_id(cell))[:60]
            grade_id = _make_unused(f"cell-{stem}" if stem else "cell", used)
            used.add(grade_id)
        seen.add(grade_id)
        meta["grade_id"] = grade_id
    elif not meta.get("grade_id", "x"):
        del meta["grade_id"]
    return with_metadata(cell, {**metadata, "nbgrader": meta})


def with_metadata(cell: Cell, metadata: dict[str, Any]) -> Cell:
    return {**cell, "metadata": metadata}


def has_region(text: str) -> bool:
    """Whether a line of the text begins or ends a region that pupils never see."""
    return any(f"{word} {region}" in text for region in REGIONS for word in ("BEGIN", "END"))


def has_exercise(notebook: Any) -> bool:
    """Whether there is anything in the notebook that a release would change or lock."""
    return any(
        get_role(cell) is not None
        or not get_candyce(cell).keys().isdisjoint({"hint", "question"})
        or has_region(get_source(cell))
        for cell in get_cells(notebook)
    )


def iter_exercise_cells(notebook: Notebook) -> Iterator[tuple[int, Cell, Role]]:
    """Place, cell and role of every exercise cell of a normalised notebook."""
    for index, cell in enumerate(get_cells(notebook)):
        role = get_role(cell)
        if role is not None:
            yield index, cell, role
