"""This room's implementation of what ``projects`` asks of live documents."""

from __future__ import annotations

from typing import Any

from candyce.accounts.models import User
from candyce.collab import actions, queries
from candyce.projects.kinds import Kind
from candyce.projects.models import Project


class LiveFiles:
    """See :class:`candyce.projects.live.LiveDocuments`."""

    def materialise(self, project: Project, *, kind: Kind | None = None) -> None:
        actions.materialise(project, kind=kind)

    def get_notebook(self, project: Project, path: str) -> dict[str, Any] | None:
        return queries.get_notebook(project, path)

    def replace_notebook(
        self, project: Project, path: str, notebook: dict[str, Any], acting_user: User | None
    ) -> bool:
        return actions.replace_notebook(project, path, notebook, acting_user=acting_user)

    def get_text(self, project: Project, path: str) -> str | None:
        return queries.get_text(project, path)

    def replace_text(
        self, project: Project, path: str, text: str, acting_user: User | None
    ) -> bool:
        return actions.replace_text(project, path, text, acting_user=acting_user)

    def renamed(self, project: Project, old: str, new: str) -> None:
        actions.rename_document(project, old, new)

    def deleted(self, project: Project, path: str) -> None:
        actions.delete_document(project, path)
