"""Reading resources: the notebook that a page shows, and others like it."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet

from candyce.library.models import Resource
from candyce.projects.blobs import read_blob
from candyce.projects.models import Version

LOOKED_AT = 200  # of a discipline, when looking for related ones
MAX_PREVIEW = 5_000_000  # bytes of a notebook that is still rendered


def get_notebook(version: Version) -> dict[str, Any] | None:
    """The notebook of a resource's version, or None when there is none to show."""
    tree = version.tree
    notebooks = sorted((path.count("/"), path) for path in tree if path.endswith(".ipynb"))
    if not notebooks:
        return None
    sha256, size, _modified = tree[notebooks[0][1]]
    if size > MAX_PREVIEW:
        return None
    notebook = json.loads(read_blob(sha256))
    return notebook if isinstance(notebook, dict) else None


def get_related(
    resources: QuerySet[Resource], resource: Resource, *, count: int = 3
) -> list[Resource]:
    """Others of the same discipline, those that share levels and keywords first."""
    mine = set(resource.keywords) | set(resource.levels)
    others = resources.filter(discipline=resource.discipline).exclude(pk=resource.pk)
    others = others.defer("search_text").order_by("-published_at")[:LOOKED_AT]
    ranked = sorted(
        others, key=lambda one: (-len(mine & (set(one.keywords) | set(one.levels))), one.title)
    )
    return ranked[:count]
