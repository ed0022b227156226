"""The pupils' version of a project: its notebooks without solutions, hidden tests and keys.

Whoever does not teach gets this and nothing else: the working tree and the versions of a project with
exercises stay with those who may read the project itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language

from candyce.accounts.models import User
from candyce.exercises.format import has_exercise
from candyce.exercises.release import release
from candyce.projects.blobs import read_blob
from candyce.projects.files import get_entry
from candyce.projects.models import Version
from candyce.projects.notebooks import write_notebook
from candyce.projects.paths import is_notebook

# A notebook without any of these is released as it is.
_SIGNS = (b'"nbgrader"', b'"candyce"', b"BEGIN ", b"END ")


def get_release_language() -> str:
    """The language of the words put in a solution's place: that of the person who gives."""
    return "fr" if (get_language() or "fr").startswith("fr") else "en"


def make_released_tree(tree: Mapping[str, list], language: str) -> dict[str, list] | None:
    """The tree as pupils get it; None where no notebook holds an exercise, so that nothing changes.

    Contents are stored. A notebook that cannot be read, and so not be cleaned, is left out.
    """
    read = dict(_read_notebooks(tree))
    if not any(notebook is None or has_exercise(notebook) for notebook in read.values()):
        return None
    released = {path: entry for path, entry in tree.items() if path not in read}
    for path, notebook in read.items():
        if notebook is not None:
            sha256, size, _now = get_entry(write_notebook(release(notebook, language)))
            released[path] = [sha256, size, tree[path][2]]
    return released


def _read_notebooks(tree: Mapping[str, list]) -> Iterable[tuple[str, dict[str, Any] | None]]:
    """The notebooks that may hold an exercise; None for one that cannot be read."""
    for path, entry in tree.items():
        if not is_notebook(path):
            continue
        data = read_blob(entry[0])
        if not any(sign in data for sign in _SIGNS):
            continue
        try:
            notebook = json.loads(data, parse_constant=lambda _name: None)
        except (ValueError, RecursionError):
            notebook = None
        yield path, notebook if isinstance(notebook, dict) else None


def do_release(version: Version, *, acting_user: User | None) -> Version | None:
    """The version that pupils get instead of this one; None where they may get this one."""
    tree = make_released_tree(version.tree, get_release_language())
    if tree is None:
        return None
    return Version.objects.create(
        project=version.project, tree=tree, reason=Version.Reason.RELEASED, author=acting_user
    )
