"""The three servers, each as its makers start it, each on the first core."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
from tests.faults.server import Server

from candyce.collab import protocol

from .person import Address

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent

PREPARE = """
import json, sys
from candyce.accounts.models import User
from candyce.projects import tokens
from candyce.projects.blobs import do_store_blob
from candyce.projects.models import Project

count, lesson = int(sys.argv[1]), open(sys.argv[2], "rb").read()
user = User.objects.create_user("person", None, given_name="P", family_name="P")
blob = do_store_blob(lesson)
projects = Project.objects.bulk_create(
    Project(title="Lesson", owner=user, tree={"lesson.ipynb": [blob.sha256, blob.size, 0]})
    for _ in range(count))
print(json.dumps([
    [str(p.pk), tokens.issue(p.pk, user.pk, ("read", "write")).encode()] for p in projects]))
"""


@dataclass
class Running:
    """A server that runs: ``addresses`` of its documents, and its process."""

    name: str
    addresses: list[Address]
    process: psutil.Process
    needs_seed: bool = False

    def cpu(self) -> float:
        """CPU seconds used so far, by all threads and children."""
        total = 0.0
        for process in [self.process, *self.process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def memory(self) -> int:
        """Bytes that belong to the server alone (USS)."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(process.memory_full_info().uss for process in family)


def pinned(command: list[str]) -> list[str]:
    return ["taskset", "-c", "0", *command] if (os.cpu_count() or 1) > 1 else command


def get_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _try in range(1200):
        if process.poll() is not None:
            raise RuntimeError("the server ended")
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the server does not answer")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def candyce(count: int, lesson: Path) -> Iterator[Running]:
    """Ours: SQLite with synchronous=FULL; an edit is passed on when it is committed."""
    from candyce.launch.up import get_web_command

    with tempfile.TemporaryDirectory(prefix="candyce-bench-") as folder:
        server = Server(Path(folder))
        made = json.loads(server.script(PREPARE, str(count), str(lesson)))
        command = pinned(get_web_command("127.0.0.1", server.port))
        process = subprocess.Popen(command, env=server.environment, cwd=ROOT)
        try:
            wait_for_port(server.port, process)
            base = f"{server.base}/collab"
            addresses = [
                Address(f"{base}/{pk}/lesson.ipynb", [protocol.SUBPROTOCOL, f"token.{token}"])
                for pk, token in made
            ]
            yield Running("Candyce", addresses, psutil.Process(process.pid))
        finally:
            stop(process)


@contextlib.contextmanager
def jupyter(count: int, lesson: Path) -> Iterator[Running]:
    """jupyter-collaboration's server: updates go to a SQLite store that nobody waits for."""
    with tempfile.TemporaryDirectory(prefix="candyce-bench-") as name:
        folder = Path(name)
        work = folder / "work"
        work.mkdir()
        for number in range(count):
            shutil.copy(lesson, work / f"lesson-{number}.ipynb")
        port = get_free_port()
        environment = os.environ | {
            key: str(folder / key.lower())
            for key in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        }
        options = [
            f"--ServerApp.root_dir={work}",
            f"--ServerApp.port={port}",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.allow_root=True",
            "--ServerApp.disable_check_xsrf=True",
            "--ServerApp.log_level=ERROR",
            "--IdentityProvider.token=",
            f"--config={_write_config(folder)}",
        ]
        command = pinned([sys.executable, "-m", "jupyter_server", *options])
        process = subprocess.Popen(
            command, env=environment, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        try:
            wait_for_port(port, process)
            addresses = [_open_session(port, number) for number in range(count)]
            yield Running("jupyter-collaboration", addresses, psutil.Process(process.pid))
        finally:
            stop(process)


def _write_config(folder: Path) -> Path:
    path = folder / "jupyter_server_config.json"
    extensions = {"jupyter_server_ydoc": True, "jupyter_server_fileid": True}
    path.write_text(json.dumps({"ServerApp": {"jpserver_extensions": extensions}}))
    return path


def _open_session(port: int, number: int) -> Address:
    path = quote(f"lesson-{number}.ipynb")
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/collaboration/session/{path}",
        data=json.dumps({"format": "json", "type": "notebook"}).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        session = json.load(answer)
    room = f"{session['format']}:{session['type']}:{session['fileId']}"
    base = f"ws://127.0.0.1:{port}/api/collaboration/room/{room}"
    return Address(f"{base}?sessionId={session['sessionId']}")


@contextlib.contextmanager
def y_websocket(count: int, lesson: Path) -> Iterator[Running]:
    """y-websocket's server: in memory only, no file, no rights; the first person brings the document."""
    if not (HERE / "node_modules" / "y-websocket").exists():
        install = ["npm", "ci", "--omit=optional", "--ignore-scripts"]
        subprocess.run(install, cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    port = get_free_port()
    environment = os.environ | {"HOST": "127.0.0.1", "PORT": str(port)}
    script = HERE / "node_modules" / "y-websocket" / "bin" / "server.cjs"
    process = subprocess.Popen(
        pinned(["node", str(script)]), env=environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_for_port(port, process)
        addresses = [Address(f"ws://127.0.0.1:{port}/room-{number}") for number in range(count)]
        yield Running("y-websocket", addresses, psutil.Process(process.pid), needs_seed=True)
    finally:
        stop(process)


PEERS = {"candyce": candyce, "jupyter-collaboration": jupyter, "y-websocket": y_websocket}
