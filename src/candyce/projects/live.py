"""How this room reaches the live documents of the room above without importing it.

Once a notebook or a text was opened its truth is a live document, not the file of the tree. ``collab`` registers
its implementation when Django starts; without one there are no live documents and the tree is all.
"""

from __future__ import annotations

from typing import Any, Protocol

from candyce.accounts.models import User
from candyce.projects.kinds import Kind
from candyce.projects.models import Project


class LiveDocuments(Protocol):
    """What this room asks of live documents. All calls are synchronous, from any process.

    ``renamed`` and ``deleted`` are called once per file, inside the transaction that changes the
    tree: rows change with it, connections are told after the commit.
    """

    def materialise(self, project: Project, *, kind: Kind | None = None) -> None:
        """Bring the files of the project's tree (of one kind, or all) up to date with their live
        documents.
        """

    def get_notebook(self, project: Project, path: str) -> dict[str, Any] | None:
        """The present content of the live notebook (nbformat 4), or None where there is none."""

    def replace_notebook(
        self, project: Project, path: str, notebook: dict[str, Any], acting_user: User | None
    ) -> bool:
        """Give the live notebook this (validated) content; False where there is no live document."""

    def get_text(self, project: Project, path: str) -> str | None:
        """The present content of the live text, exactly as its file says it, or None."""

    def replace_text(
        self, project: Project, path: str, text: str, acting_user: User | None
    ) -> bool:
        """Give the live text this content; False where it is not live, or not any longer."""

    def renamed(self, project: Project, old: str, new: str) -> None:
        """The file ``old``, live or not, is now ``new``, perhaps a file of another kind."""

    def deleted(self, project: Project, path: str) -> None:
        """The file is gone."""


class NoLiveDocuments:
    """No live documents at all."""

    def materialise(self, project: Project, *, kind: Kind | None = None) -> None:
        pass

    def get_notebook(self, project: Project, path: str) -> dict[str, Any] | None:
        return None

    def replace_notebook(
        self, project: Project, path: str, notebook: dict[str, Any], acting_user: User | None
    ) -> bool:
        return False

    def get_text(self, project: Project, path: str) -> str | None:
        return None

    def replace_text(
        self, project: Project, path: str, text: str, acting_user: User | None
    ) -> bool:
        return False

    def renamed(self, project: Project, old: str, new: str) -> None:
        pass

    def deleted(self, project: Project, path: str) -> None:
        pass


_implementation: LiveDocuments = NoLiveDocuments()


def register(implementation: LiveDocuments) -> None:
    """Called once, from ``AppConfig.ready`` of the room that has live documents."""
    global _implementation
    _implementation = implementation


def get() -> LiveDocuments:
    return _implementation
