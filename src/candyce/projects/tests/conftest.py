"""Live documents in a dictionary, and a record of what the room announces."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from candyce.projects import live, signals, tokens
from candyce.projects.access import get_rights
from candyce.projects.capabilities import get_scopes
from candyce.projects.files import save_live_files
from candyce.projects.kinds import kind_of
from candyce.projects.notebooks import write_notebook


class MemoryDocuments:
    """Live documents kept in memory: ``notebooks[project id, path]`` is a notebook, or bytes."""

    def __init__(self):
        self.contents = {}
        self.calls = []

    def materialise(self, project, *, kind=None):
        files = {
            path: content.encode() if isinstance(content, str) else write_notebook(content)
            for (pk, path), content in self.contents.items()
            if pk == project.pk and kind in {None, kind_of(path)}
        }
        if files:
            save_live_files(project, files)

    def get_notebook(self, project, path):
        return self.contents.get((project.pk, path))

    def replace_notebook(self, project, path, notebook, acting_user):
        if (project.pk, path) not in self.contents:
            return False
        self.contents[project.pk, path] = notebook
        return True

    get_text = get_notebook
    replace_text = replace_notebook

    def renamed(self, project, old, new):
        self.calls.append(("renamed", old, new))
        if (project.pk, old) in self.contents:
            self.contents[project.pk, new] = self.contents.pop((project.pk, old))

    def deleted(self, project, path):
        self.calls.append(("deleted", path))
        self.contents.pop((project.pk, path), None)


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


class Page:
    """The editor's page of one person in one project: calls the API with its token."""

    def __init__(self, client, token):
        self.client, self.token = client, token

    def call(self, method, path, body=None, **headers):
        """The answer's status and JSON (None without a body)."""
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        response = self.client.generic(
            method,
            f"/api/{path}",
            "" if body is None else data,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )
        return response.status_code, json.loads(response.content) if response.content else None

    def code(self, method, path, body=None):
        """``(status, code of the error)``."""
        status, answer = self.call(method, path, body)
        return status, (answer or {}).get("error", {}).get("code")


@pytest.fixture
def open_page(editor):
    """``open_page(user, project)``: a page with the token that the portal would mint."""

    def open_(user, project, scopes=None, **options):
        scopes = get_scopes(get_rights(user, project)) if scopes is None else scopes
        return Page(editor, tokens.issue(project.pk, user.pk, scopes, **options).encode())

    return open_
