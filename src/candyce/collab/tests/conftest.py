"""A live server and notebooks in projects."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from candyce.accounts.models import User
from candyce.collab.client import LiveClient
from candyce.collab.tests.server import get_free_socket, serve
from candyce.projects import tokens
from candyce.projects.blobs import do_store_blob
from candyce.projects.models import Project

NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "titre", "metadata": {}, "source": "# Été 😀"},
        {
            "cell_type": "code",
            "id": "calcul",
            "metadata": {"tags": ["exercice"]},
            "execution_count": 1,
            "source": "1 + 1",
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "2\n"},
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "data": {"text/plain": "2"},
                    "metadata": {},
                },
            ],
        },
    ],
    "metadata": {
        "kernelspec": {"name": "python", "display_name": "Python"},
        "unknown": {"a": [1, 2.5]},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


def make_project(owner: User, files: dict[str, bytes] | None = None) -> Project:
    files = files if files is not None else {"lesson.ipynb": json.dumps(NOTEBOOK).encode()}
    tree = {path: [do_store_blob(data).sha256, len(data), 0] for path, data in files.items()}
    return Project.objects.create(title="Lesson", owner=owner, tree=tree)


def make_token(project: Project, user: User, *scopes: str, now: float | None = None) -> str:
    return tokens.issue(project.pk, user.pk, scopes or ("read", "write"), now=now).encode()


@dataclass
class LiveServer:
    """``client`` makes a program that joins a notebook as a person."""

    base: str
    origin: str

    def client(self, project, user, path="lesson.ipynb", token=None, doc=None) -> LiveClient:
        return LiveClient(self.base, project.pk, path, token or make_token(project, user), doc)


@pytest.fixture
def live(transactional_db, settings):
    listener = get_free_socket()
    port = listener.getsockname()[1]
    settings.CANDYCE_EDITOR_URL = f"http://127.0.0.1:{port}"
    settings.CANDYCE_PORTAL_URL = f"http://localhost:{port}"
    with serve(listener):
        yield LiveServer(f"ws://127.0.0.1:{port}", settings.CANDYCE_EDITOR_URL)


@pytest.fixture
def project(school) -> Project:
    return make_project(school.bob)
