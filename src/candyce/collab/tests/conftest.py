"""A live server and notebooks in projects."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from candyce.accounts.models import User
from candyce.collab import bell
from candyce.collab.client import LiveClient
from candyce.collab.hub import Hub
from candyce.collab.tests.server import get_free_socket, serve
from candyce.launch.redis import find_redis, throw_away_redis
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


@dataclass
class TwoServers:
    """Two hubs on event loops of their own, as in two processes behind one address."""

    base: str
    ports: list[int]

    def client(self, project, user, *, at: int, token=None, doc=None) -> LiveClient:
        token = token or make_token(project, user)
        return Visitor(self.base, project.pk, "lesson.ipynb", token, doc, port=self.ports[at])

    def get_hub(self, at: int) -> Hub:
        """The hub that was made ``at``-th, by the first page at its server."""
        return list(bell.listeners.values())[at]

    def in_hub(self, at: int, work: Callable[[Hub], object]) -> object:
        """Do something on the hub's own event loop."""
        hub = self.get_hub(at)

        async def run() -> object:
            return work(hub)

        return asyncio.run_coroutine_threadsafe(run(), hub.loop).result(10)


class Visitor(LiveClient):
    """Comes to the server that a proxy has chosen."""

    def __init__(self, *arguments: Any, port: int) -> None:
        super().__init__(*arguments)
        self.port = port

    async def connect(self, **options: Any) -> None:
        await super().connect(**{"host": "127.0.0.1", "port": self.port} | options)


@pytest.fixture
def redis():
    if find_redis() is None:
        pytest.skip("no Redis on this machine")
    with throw_away_redis() as server:
        yield server


@contextlib.contextmanager
def _serve_two(settings) -> Iterator[TwoServers]:
    sockets = [get_free_socket(), get_free_socket()]
    ports = [one.getsockname()[1] for one in sockets]
    settings.CANDYCE_EDITOR_URL = f"http://127.0.0.1:{ports[0]}"
    settings.CANDYCE_PORTAL_URL = f"http://localhost:{ports[0]}"
    with serve(sockets[0]), serve(sockets[1]):
        yield TwoServers(f"ws://127.0.0.1:{ports[0]}", ports)


@pytest.fixture
def two(transactional_db, settings, redis):
    settings.CANDYCE_REDIS_URL = redis.url
    with _serve_two(settings) as servers:
        yield servers


@pytest.fixture
def apart(transactional_db, settings):
    """Two servers that have the database between them, and nothing else."""
    with _serve_two(settings) as servers:
        yield servers


@pytest.fixture
def project(school) -> Project:
    return make_project(school.bob)
