"""One copy on the projector, without a name: what stands in it now, and nothing that says whose it is.

The address holds a key instead of an id; the order of the copies is the keys'. Cells are numbered afresh, since a
pupil may call a cell, or a file, anything.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from candyce.accounts.models import User
from candyce.assignments import queries
from candyce.assignments.models import Assignment, Copy
from candyce.collab.queries import get_recent_notebooks
from candyce.lib.errors import CandyceError, NotFound
from candyce.lib.markdown import Room
from candyce.lib.notebook_html import render_again
from candyce.projects.contents import get_stored
from candyce.projects.models import Project
from candyce.projects.notebooks import read_notebook

CELLS = 300  # cells of one copy on the projector


def get_key(copy: Copy) -> str:
    """What stands for a copy in an address; nobody without the server's secret makes a name of it."""
    text = f"shown:{copy.assignment_id}:{copy.pk}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()[:24]


@dataclass(frozen=True)
class Place:
    """A copy among those that can be shown; ``previous`` and ``next`` are keys, or empty."""

    copy: Copy
    position: int
    total: int
    previous: str
    next: str


def find(user: User, assignment: Assignment, key: str = "") -> Place:
    """The copy of this key, or the first; only copies whose work the person follows.

    Raises :class:`NotFound` where there is none.
    """
    found = {get_key(copy): copy for copy in queries.get_copies(user, assignment)}
    keys = sorted(found)
    if not keys or (key and key not in found):
        raise NotFound
    at = keys.index(key) if key else 0
    return Place(
        found[keys[at]],
        at + 1,
        len(keys),
        keys[at - 1] if at else "",
        keys[at + 1] if at + 1 < len(keys) else "",
    )


@dataclass(frozen=True)
class Cell:
    """``id`` for the page, ``mark`` of the content, ``here``: the cell that was asked for."""

    id: str
    mark: str
    html: SafeString
    here: bool


def get_cells(copy: Copy, language: str, at: str = "") -> list[Cell] | None:
    """The cells of the notebook that the pupil works in, as typed now; None where none can be shown.

    ``at``: the id of the cell to show first.
    """
    notebook = _read(copy.project)
    if notebook is None:
        return None
    cells = [cell for cell in notebook.get("cells") or [] if isinstance(cell, dict)][:CELLS]
    room = Room()
    return [_make_cell(copy.pk, cell, language, at, room) for cell in cells]


def _make_cell(
    copy_id: uuid.UUID, cell: dict[str, Any], language: str, at: str, room: Room
) -> Cell:
    name = str(cell.get("id", ""))
    seen = {key: cell.get(key) for key in ("cell_type", "source", "outputs", "attachments")}
    html = render_again(json.dumps(seen, sort_keys=True), language, room)
    number = hashlib.blake2s(copy_id.bytes + name.encode("utf-8", "replace"), digest_size=8)
    # Two cells that hold the same have marks of their own: a page may have one and lack the other.
    mark = hashlib.blake2s(number.digest() + html.encode("utf-8", "replace"), digest_size=5)
    cell_id = f"cell-{number.hexdigest()}"
    return Cell(cell_id, mark.hexdigest(), html, bool(at) and name == at)


def _read(project: Project) -> dict[str, Any] | None:
    """The live notebook that was changed last, else the first of the files."""
    recent = get_recent_notebooks([project.pk]).get(project.pk)
    path = recent.path if recent else queries.get_main_path(project.tree)
    if path is None:
        return None
    try:
        return read_notebook(get_stored(project, path))
    except (CandyceError, OSError):
        return None
