"""ASGI servers side by side, on what Candyce asks of them.

    ./candyce bench servers

Rooms (pupils who type over the real protocol), a static file, and a Django page, each server in one
process pinned to one core. Besides the times it prints the server's CPU time per edit and per request, which
a busy machine disturbs less. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "bench")]

from classroom.pupil import Pupil, Times
from tests.faults.server import Server

APPLICATION = "candyce.asgi:application"

PREPARE = """
import json, sys
from candyce.accounts.models import User
from candyce.projects import tokens
from candyce.projects.blobs import do_store_blob
from candyce.projects.models import Project

blob = do_store_blob(open(sys.argv[2], "rb").read())
made = []
for n in range(int(sys.argv[1])):
    user = User.objects.create_user(f"pupil{n}", None, given_name="P", family_name=str(n))
    project = Project.objects.create(
        title="x", owner=user, tree={"lesson.ipynb": [blob.sha256, blob.size, 0]})
    made.append([str(project.pk), tokens.issue(project.pk, user.pk, ("read", "write")).encode()])
print(json.dumps(made))
"""


def get_commands(port: int) -> dict[str, list[str]]:
    """How each server is started: one process, no access log, no compression of messages."""
    uvicorn = ["-m", "uvicorn", APPLICATION, "--port", str(port), "--no-access-log"]
    uvicorn += ["--log-level", "warning", "--ws-per-message-deflate", "false"]
    granian = ["-m", "granian", "--interface", "asgi", "--port", str(port), "--no-log", APPLICATION]
    hypercorn = ["-m", "hypercorn", APPLICATION, "--bind", f"127.0.0.1:{port}"]
    return {
        "uvicorn (uvloop, httptools)": [*uvicorn, "--loop", "uvloop", "--http", "httptools"],
        "uvicorn (asyncio, h11)": [*uvicorn, "--loop", "asyncio", "--http", "h11"],
        "granian": [*granian, "--loop", "uvloop"],
        "hypercorn (uvloop)": [*hypercorn, "-k", "uvloop"],
    }


@dataclass
class Row:
    name: str
    p50: float = 0
    p95: float = 0
    edit_cpu: float = 0
    connection: float = 0
    static_cpu: float = 0
    page_cpu: float = 0
    idle: float = 0


class Clock:
    """CPU seconds of a server and of its children."""

    def __init__(self, process: psutil.Process) -> None:
        self.all = [process, *process.children(recursive=True)]

    def cpu(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self.all)

    def memory(self) -> float:
        return sum(process.memory_full_info().uss for process in self.all)


async def measure_rooms(
    server: Server, made: list[list[str]], clock: Clock, row: Row, seconds: float
) -> None:
    times = Times()
    pupils = []
    for project, token in made:
        pupil = Pupil("", server.port, "", times)
        pupil.project, pupil.token, pupil.path = project, token, "lesson.ipynb"
        pupils.append(pupil)
    await pupils[0].join()
    row.idle = clock.memory() / 2**20
    before = clock.memory()
    for pupil in pupils[1:]:
        await pupil.join()
    row.connection = (clock.memory() - before) / len(pupils[1:]) / 1024
    start = clock.cpu()
    await asyncio.gather(*(pupil.type(seconds, 3) for pupil in pupils))
    saved = times.all["edit saved"]
    row.edit_cpu = (clock.cpu() - start) / len(saved) * 1e6
    cuts = quantiles(saved, n=20)
    row.p50, row.p95 = cuts[9] * 1000, cuts[18] * 1000
    for pupil in pupils:
        await pupil.leave()


async def measure_requests(port: int, path: str, count: int, clock: Clock) -> float:
    """CPU microseconds a request, eight at a time on connections that stay."""
    headers = {"Host": f"localhost:{port}"}
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, limits=limits
    ) as client:
        (await client.get(path)).raise_for_status()
        start = clock.cpu()

        async def ask() -> None:
            for _ in range(count // 8):
                (await client.get(path)).raise_for_status()

        await asyncio.gather(*(ask() for _ in range(8)))
        return (clock.cpu() - start) / (count // 8 * 8) * 1e6


async def measure(server: Server, made: list[list[str]], row: Row, seconds: float) -> None:
    await server.wait()
    await asyncio.sleep(1)
    assert server.process is not None
    clock = Clock(psutil.Process(server.process.pid))
    row.static_cpu = await measure_requests(server.port, "/static/web/icon.svg", 2000, clock)
    row.page_cpu = await measure_requests(server.port, "/sign-in/", 200, clock)
    await measure_rooms(server, made, clock, row, seconds)


def run(name: str, arguments: argparse.Namespace, lesson: Path) -> Row:
    with tempfile.TemporaryDirectory(prefix="candyce-bench-") as folder:
        server = Server(Path(folder))
        made = json.loads(server.script(PREPARE, str(arguments.pupils), str(lesson)))
        command = [sys.executable, *get_commands(server.port)[name]]
        if (os.cpu_count() or 1) > 1:
            command = ["taskset", "-c", "0", *command]
        server.process = subprocess.Popen(command, env=server.environment, cwd=ROOT)
        row = Row(name)
        try:
            asyncio.run(measure(server, made, row, arguments.seconds))
        finally:
            for child in psutil.Process(server.process.pid).children(recursive=True):
                child.kill()
            server.kill()
    return row


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pupils", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, set(range(1, os.cpu_count() or 2)))
    lessons = sorted((ROOT / "content").glob("*/*.ipynb"), key=lambda path: path.stat().st_size)
    print(
        f"\n{arguments.pupils} pupils, 3 edits/s each for {arguments.seconds:g} s; {time.strftime('%F')}\n"
    )
    print(
        "| server | edit saved p50 / p95 ms | CPU an edit µs | static µs | page µs | kB a pupil | MB idle |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in get_commands(0):
        row = run(name, arguments, lessons[0])
        print(
            f"| {row.name} | {row.p50:.1f} / {row.p95:.1f} | {row.edit_cpu:.0f} | {row.static_cpu:.0f}"
            f" | {row.page_cpu:.0f} | {row.connection:.0f} | {row.idle:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
