"""Pupils without browsers: programs that speak the live documents' protocol, so that a class can be full."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Self

from pycrdt import Array, Map, Text

from candyce.collab.client import LiveClient
from e2e.conftest import ROOT, Site

# Runs inside the site's own settings: the pupils of a class open their copies.
_JOIN = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
import django
django.setup()
from candyce.accounts.models import User
from candyce.assignments import actions
from candyce.assignments.models import Assignment
from candyce.projects import tokens
code, count, skipped = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
assignment = Assignment.objects.get(code=code)
pupils = User.objects.filter(enrolments__school_class__assignments=assignment, enrolments__role="student")
found = []
for pupil in pupils.exclude(username__in=skipped).order_by("family_name", "given_name")[:count]:
    project = actions.join(code, acting_user=pupil).project
    token = tokens.issue(project.pk, pupil.pk, ("read", "write", "submit")).encode()
    found.append([pupil.username, pupil.full_name, str(project.pk), project.main_path, token])
print(json.dumps(found))
"""

_TOKEN = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
import django
django.setup()
from candyce.accounts.models import User
from candyce.projects import tokens
from candyce.projects.models import Project
project, user = Project.objects.get(pk=sys.argv[1]), User.objects.get(username=sys.argv[2])
token = tokens.issue(project.pk, user.pk, tokens.SCOPES).encode()
print(json.dumps([token, project.main_path]))
"""

# The last edits of some pupils become older, as after a while of silence.
_AGE = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
from datetime import timedelta
import django
django.setup()
from django.db.models import F
from candyce.accounts.models import User
from candyce.collab.models import DocumentUpdate
for username, seconds in json.loads(sys.argv[1]).items():
    author = User.objects.get(username=username).pk
    edits = DocumentUpdate.objects.filter(author_id=author)
    edits.update(at=F("at") - timedelta(seconds=seconds))
print("{}")
"""


@dataclass(frozen=True)
class Pupil:
    username: str
    name: str
    project: str
    path: str
    token: str


def join(site: Site, code: str, count: int, *skipped: str) -> list[Pupil]:
    """``count`` pupils of the assignment's class, by name, each with a copy; ``skipped`` usernames left out."""
    found = _run(site, _JOIN, code, str(count), ",".join(skipped))
    return [Pupil(*fields) for fields in found]


def issue_token(site: Site, project: str, username: str) -> tuple[str, str]:
    """A token such as this person's page holds, asking for every right; and the notebook's path."""
    token, path = _run(site, _TOKEN, project, username)
    return token, path


def let_time_pass(site: Site, seconds: dict[str, int]) -> None:
    """Make what these pupils typed so many seconds older than it is."""
    _run(site, _AGE, json.dumps(seconds))


def _run(site: Site, script: str, *arguments: str) -> Any:
    """What a script printed in the site's own settings."""
    hidden = {"DJANGO_SETTINGS_MODULE", "CANDYCE_SECRET_KEY"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    environment = {**kept, "CANDYCE_DATA": str(site.data)}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


class Crowd:
    """Connections of many pupils, on a thread with an event loop of its own."""

    def __init__(self, site: Site) -> None:
        self._base = site.editor.replace("http", "ws", 1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.clients: dict[str, LiveClient] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for client in self.clients.values():
            self.run(client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def enter(self, pupil: Pupil, token: str = "") -> LiveClient:
        """Connect, and wait for the document."""

        async def connect() -> LiveClient:
            client = LiveClient(self._base, pupil.project, pupil.path, token or pupil.token)
            await client.connect()
            await client.wait_for(lambda: client.synced.is_set() or client.close_code is not None)
            if not client.synced.is_set():
                raise ConnectionError(client.close_code)
            return client

        client = self.clients[pupil.username] = self.run(connect())
        return client

    def work(
        self, client: LiveClient, code: str, *outputs: dict[str, Any], number: int | None = None
    ) -> None:
        """Type ``code`` in a new cell at the end, run it when ``outputs`` or ``number`` are given."""

        async def edit() -> None:
            cell = {
                "id": f"crowd-{len(client.cells)}",
                "cell_type": "code",
                "source": Text(""),
                "metadata": Map({}),
                "outputs": Array([]),
                "execution_count": None,
            }
            client.cells.append(Map(cell))
            made = client.cells[len(client.cells) - 1]
            source = made["source"]
            for line in code.splitlines(keepends=True):
                source += line
            if outputs or number is not None:
                for output in outputs:
                    made["outputs"].append(Map(output))
                made["execution_count"] = number or 1
            await client.wait_saved()

        self.run(edit())

    def rerun(self, client: LiveClient, numbers: list[int]) -> None:
        """Run these cells of the lesson: their counts change."""

        async def edit() -> None:
            for count, index in enumerate(numbers, 1):
                client.cells[index]["execution_count"] = 100 + count
            await client.wait_saved()

        self.run(edit())


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def error(name: str, value: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": []}


def image() -> dict[str, Any]:
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    return {"output_type": "display_data", "data": {"image/png": pixel}, "metadata": {}}
