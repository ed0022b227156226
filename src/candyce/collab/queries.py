"""Reading live documents, from any process."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pycrdt import Doc

from candyce.collab import notebook, store, textfile
from candyce.collab.models import LiveDocument
from candyce.collab.replica import load_doc
from candyce.projects.models import Project


def get_notebook(project: Project, path: str) -> dict[str, Any] | None:
    """The present content of a live notebook (nbformat 4); None where there is none."""
    doc = _find_doc(project, path)
    return None if doc is None else notebook.read(doc)


def get_text(project: Project, path: str) -> str | None:
    """The present text of a live text's file, exactly; None where there is none."""
    doc = _find_doc(project, path)
    return None if doc is None else textfile.read(doc)


def _find_doc(project: Project, path: str) -> Doc | None:
    document = (
        LiveDocument.objects.filter(project=project, path=path).values_list("pk", flat=True).first()
    )
    content = store.load(document) if document is not None else None
    return load_doc(content.updates) if content else None


@dataclass(frozen=True, slots=True)
class Recent:
    """A live notebook of a project, and when it was changed last."""

    document_id: int
    path: str
    updated_at: datetime
    compacted: bool


def get_live_notebooks(project_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Recent]]:
    """``{project: its live notebooks}``, that changed last at the end, in one query."""
    rows = LiveDocument.objects.filter(project_id__in=list(project_ids), path__endswith=".ipynb")
    found: dict[uuid.UUID, list[Recent]] = {}
    for project_id, pk, path, updated_at, snapshot_seq in rows.order_by("updated_at").values_list(
        "project_id", "pk", "path", "updated_at", "snapshot_seq"
    ):
        recent = Recent(pk, path, updated_at, snapshot_seq > 0)
        found.setdefault(project_id, []).append(recent)
    return found


def get_recent_notebooks(project_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Recent]:
    """``{project: its live notebook changed last}``, in one query."""
    return {project: found[-1] for project, found in get_live_notebooks(project_ids).items()}
