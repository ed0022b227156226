"""Reading live documents, from any process."""

from __future__ import annotations

from typing import Any

from candyce.collab import notebook, store
from candyce.collab.models import LiveDocument
from candyce.collab.replica import load_doc
from candyce.projects.models import Project


def get_notebook(project: Project, path: str) -> dict[str, Any] | None:
    """The present content of a live document (nbformat 4); None where there is none."""
    document = (
        LiveDocument.objects.filter(project=project, path=path).values_list("pk", flat=True).first()
    )
    content = store.load(document) if document is not None else None
    return notebook.read(load_doc(content.updates)) if content else None
