"""A server as a process of its own, with its own data, that can be killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

PREPARE = """
import json, sys
from candyce.accounts.models import User
from candyce.projects import tokens
from candyce.projects.blobs import do_store_blob
from candyce.projects.models import Member, Project

names, notebook = json.loads(sys.argv[1]), sys.argv[2].encode()
users = [User.objects.create_user(name, None, given_name=name, family_name="Test") for name in names]
blob = do_store_blob(notebook)
project = Project.objects.create(
    title="Class", owner=users[0], tree={"lesson.ipynb": [blob.sha256, blob.size, 0]}
)
for user in users[1:]:
    Member.objects.create(project=project, user=user, rights=["read", "write"])
issued = [tokens.issue(project.pk, user.pk, ("read", "write")).encode() for user in users]
print(json.dumps({"project": str(project.pk), "tokens": issued}))
"""

READ = """
import json, sys
from candyce.collab.actions import materialise
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project

project = Project.objects.get(pk=sys.argv[1])
materialise(project)
sys.stdout.buffer.write(read_blob(project.tree["lesson.ipynb"][0]))
"""


@dataclass
class Server:
    """``python -m uvicorn candyce.asgi:application`` on a fixed free port, data in ``folder``."""

    folder: Path
    database: str | None = None
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    code: str = ""

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("CANDYCE_")}
        self.environment = clean | {
            "DJANGO_SETTINGS_MODULE": "candyce.settings",
            "CANDYCE_DATA": str(self.folder),
            "CANDYCE_SECRET_KEY": "faults-" * 10,
            "CANDYCE_PORTAL_URL": f"http://localhost:{self.port}",
            "CANDYCE_EDITOR_URL": f"http://127.0.0.1:{self.port}",
        }
        if self.database:
            self.environment["CANDYCE_DATABASE_URL"] = self.database
        self.run("-m", "django", "migrate", "-v0")

    @property
    def base(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> str:
        """Run Python in the server's environment; gives what it printed."""
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def script(self, source: str, *arguments: str) -> str:
        return self.run("-c", "import django; django.setup()\n" + source, *arguments)

    def prepare(self, names: list[str], notebook: dict) -> dict:
        """Make people and a project that they share; gives its id and a token each."""
        return json.loads(self.script(PREPARE, json.dumps(names), json.dumps(notebook)))

    def read(self, project: str) -> dict:
        """The notebook's file, brought up to date."""
        return json.loads(self.script(READ, project))

    def read_log(self) -> list[bytes]:
        """What is on the disk of the one live document, read past the server's code."""
        snapshots = "SELECT snapshot FROM collab_livedocument"
        updates = "SELECT data FROM collab_documentupdate ORDER BY seq"
        if self.database:
            with psycopg.connect(self.database) as connection:
                rows = (
                    connection.execute(snapshots).fetchall()
                    + connection.execute(updates).fetchall()
                )
        else:
            with contextlib.closing(sqlite3.connect(self.folder / "candyce.sqlite3")) as file:
                rows = file.execute(snapshots).fetchall() + file.execute(updates).fetchall()
        return [bytes(row[0]) for row in rows]

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "candyce.asgi:application",
            "--host",
            "127.0.0.1",
        ]
        command += ["--port", str(self.port), "--log-level", "error", "--no-access-log"]
        self.process = subprocess.Popen(command, env=self.environment)

    async def wait(self) -> None:
        """Wait until the server accepts connections."""
        async with asyncio.timeout(30):
            while True:
                assert self.process is not None
                assert self.process.poll() is None, "the server ended"
                try:
                    _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return

    def kill(self) -> None:
        """As if the power failed for the process: no handler runs."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None
