"""Live documents in a dictionary, and a record of what the room announces."""

from __future__ import annotations

from collections import defaultdict

import pytest

from candyce.projects import live, signals
from candyce.projects.files import save_live_files
from candyce.projects.notebooks import write_notebook


class MemoryDocuments:
    """Live documents kept in memory: ``notebooks[project id, path]`` is a notebook, or bytes."""

    def __init__(self):
        self.notebooks = {}
        self.calls = []

    def materialise(self, project):
        files = {
            path: notebook if isinstance(notebook, bytes) else write_notebook(notebook)
            for (pk, path), notebook in self.notebooks.items()
            if pk == project.pk
        }
        if files:
            save_live_files(project, files)

    def get_notebook(self, project, path):
        return self.notebooks.get((project.pk, path))

    def replace_notebook(self, project, path, notebook, acting_user):
        if (project.pk, path) not in self.notebooks:
            return False
        self.notebooks[project.pk, path] = notebook
        return True

    def renamed(self, project, old, new):
        self.calls.append(("renamed", old, new))
        if (project.pk, old) in self.notebooks:
            self.notebooks[project.pk, new] = self.notebooks.pop((project.pk, old))

    def deleted(self, project, path):
        self.calls.append(("deleted", path))
        self.notebooks.pop((project.pk, path), None)


@pytest.fixture
def live_documents():
    before, documents = live.get(), MemoryDocuments()
    live.register(documents)
    yield documents
    live.register(before)


@pytest.fixture
def announced():
    """What the signals said, in order: name -> list of their arguments."""
    heard = defaultdict(list)
    receivers = []
    for name in ("access_changed", "tree_changed"):

        def hear(sender, name=name, signal=None, **data):
            heard[name].append(data)

        getattr(signals, name).connect(hear)
        receivers.append((name, hear))
    yield heard
    for name, hear in receivers:
        getattr(signals, name).disconnect(hear)
