"""Notebooks with locked cells cannot be got rid of by those whom the locks are for.

Inside a live notebook the locks are held by the room above; this is about the file around it.
"""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _

from candyce.lib.errors import Forbidden
from candyce.projects import live
from candyce.projects.access import MANAGE, Rights
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project
from candyce.projects.paths import is_notebook


class LockedCells(Forbidden):
    code = "locked"
    default_message = _(
        "This notebook has cells locked by your teacher: it can be neither deleted nor renamed."
    )


def has_locked_cells(project: Project, path: str) -> bool:
    """Whether the notebook, as it is now, has a cell with ``metadata.editable = false``."""
    notebook = live.get().get_notebook(project, path)
    if notebook is None:
        data = read_blob(project.tree[path][0])
        if b'"editable"' not in data:
            return False
        notebook = json.loads(data)
    cells = notebook.get("cells", [])
    return any(cell.get("metadata", {}).get("editable") is False for cell in cells)


def check_removable(project: Project, path: str, rights: Rights) -> None:
    """Raises :class:`LockedCells` where the file, or one in the folder, has to stay for this person.

    What the person added to a copy is the person's own, locked cells or not.
    """
    if MANAGE in rights:
        return
    given = project.forked_from.tree if project.forked_from else project.tree
    for key in project.tree:
        inside = key == path or key.startswith(f"{path}/")
        if inside and key in given and is_notebook(key) and has_locked_cells(project, key):
            raise LockedCells
