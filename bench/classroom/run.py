"""A school at work: N pupils sign in, open their copy, type three edits a second, and hand in.

    python bench/classroom/run.py --pupils 500 --seconds 30

Everything is real: the server as the launcher starts it (pinned to one core), the portal's pages, the
editor's API, the protocol of live documents, SQLite with synchronous=FULL. The pupils run on another
core. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "bench")]

from tests.faults.server import Server

from classroom.pupil import PASSWORD, Failed, Pupil, Times

STEPS = ("sign in", "open the copy", "document there", "edit saved", "hand in")

PREPARE = """
import json, sys
from datetime import date
from django.contrib.auth.hashers import make_password
from candyce.accounts.models import AcademicSession, Class, Enrolment, Organisation, Role, User
from candyce.assignments.actions import give
from candyce.projects.blobs import do_store_blob
from candyce.projects.models import Project

count, password, lesson = int(sys.argv[1]), sys.argv[2], open(sys.argv[3], "rb").read()
school = Organisation.objects.create(name="Bench", identifier="0000000Z")
session = AcademicSession.objects.create(
    organisation=school, title="now", start_date=date(2020, 9, 1), end_date=date(2099, 7, 1))
class_ = Class.objects.create(organisation=school, session=session, title="All")
teacher = User.objects.create_user("teacher", None, given_name="T", family_name="T")
Role.objects.create(user=teacher, organisation=school, name=Role.Name.TEACHER)
Enrolment.objects.create(user=teacher, school_class=class_, role=Enrolment.Role.TEACHER)
secret = make_password(password)
pupils = User.objects.bulk_create(
    User(username=f"pupil{n}", given_name="P", family_name=str(n), password=secret) for n in range(count))
Role.objects.bulk_create(Role(user=p, organisation=school, name=Role.Name.STUDENT) for p in pupils)
Enrolment.objects.bulk_create(
    Enrolment(user=p, school_class=class_, role=Enrolment.Role.STUDENT) for p in pupils)
blob = do_store_blob(lesson)
project = Project.objects.create(
    title="Lesson", owner=teacher, tree={"lesson.ipynb": [blob.sha256, blob.size, 0]})
print(json.dumps(give(acting_user=teacher, classes=[class_], title="Bench", project=project).code))
"""


def get_lesson() -> Path:
    """The library's notebook of median size."""
    lessons = sorted((ROOT / "content").glob("*/*.ipynb"), key=lambda path: path.stat().st_size)
    return lessons[len(lessons) // 2]


def start(server: Server, *, pin: bool) -> psutil.Process:
    from candyce.launch.up import get_web_command

    command = get_web_command("127.0.0.1", server.port)
    if pin and (os.cpu_count() or 1) > 1:
        command = ["taskset", "-c", "0", *command]
        os.sched_setaffinity(0, set(range(1, os.cpu_count() or 2)))
    server.process = subprocess.Popen(command, env=server.environment, cwd=ROOT)
    return psutil.Process(server.process.pid)


class Meter:
    """CPU seconds, and what one phase cost in percent of a core."""

    def __init__(self, process: psutil.Process) -> None:
        self.process = process
        self.cpu: dict[str, float] = {}
        self._phase(None)

    def _phase(self, name: str | None) -> None:
        times = self.process.cpu_times()
        now, used = time.perf_counter(), times.user + times.system
        if name is not None:
            self.cpu[name] = 100 * (used - self._used) / (now - self._at)
        self._at, self._used = now, used

    def end(self, name: str) -> None:
        self._phase(name)

    def memory(self) -> int:
        return self.process.memory_full_info().uss


async def watch_lag(lags: list[float]) -> None:
    """How late the pupils' own process runs: on a busy machine it is part of every time below."""
    while True:
        start = time.perf_counter()
        await asyncio.sleep(0.02)
        lags.append(time.perf_counter() - start - 0.02)


async def enter(pupil: Pupil, delay: float) -> None:
    await asyncio.sleep(delay)
    await pupil.sign_in()
    await pupil.open()
    await pupil.join()


async def measure(arguments: argparse.Namespace, server: Server, process: psutil.Process) -> None:
    await server.wait()
    code = server.code
    times, warm = Times(), Times()
    first = Pupil("pupil0", server.port, code, warm)
    await enter(first, 0)
    await first.type(1, arguments.rate)
    meter = Meter(process)
    before = meter.memory()
    pupils = [Pupil(f"pupil{n}", server.port, code, times) for n in range(1, arguments.pupils + 1)]
    await asyncio.gather(*(enter(p, n / arguments.arrivals) for n, p in enumerate(pupils)))
    meter.end("arriving")
    joined = meter.memory()
    lags: list[float] = []
    watch = asyncio.create_task(watch_lag(lags))
    await asyncio.gather(*(pupil.type(arguments.seconds, arguments.rate) for pupil in pupils))
    watch.cancel()
    meter.end("typing")
    typed = meter.memory()
    leaving = [leave(p, n / arguments.arrivals) for n, p in enumerate(pupils)]
    await asyncio.gather(*leaving)
    meter.end("handing in")
    show(arguments, times, meter, (before, joined, typed))
    late = quantiles(lags, n=20)[18] * 1000
    print(
        f"the pupils' own process ran {late:.1f} ms late (p95) while typing; load {os.getloadavg()[0]:.1f}"
    )
    await first.leave()


async def leave(pupil: Pupil, delay: float) -> None:
    await asyncio.sleep(delay)
    await pupil.hand_in()
    await pupil.leave()


def show(
    arguments: argparse.Namespace, times: Times, meter: Meter, memory: tuple[int, int, int]
) -> None:
    lesson = arguments.lesson
    print(
        f"\n{arguments.pupils} pupils, {arguments.rate:g} edits/s each for {arguments.seconds:g} s,"
    )
    print(
        f"{arguments.arrivals:g} arrivals/s; {lesson.name} ({lesson.stat().st_size // 1024} kB)\n"
    )
    print(f"| {'step':<16} | {'count':>7} | {'p50 ms':>8} | {'p95 ms':>8} | {'max ms':>8} |")
    print("|------------------|--------:|---------:|---------:|---------:|")
    for step in STEPS:
        values = times.all[step]
        if len(values) > 1:
            cuts = quantiles(values, n=20)
            row = (cuts[9] * 1000, cuts[18] * 1000, max(values) * 1000)
            print(
                f"| {step:<16} | {len(values):>7} | {row[0]:>8.1f} | {row[1]:>8.1f} | {row[2]:>8.1f} |"
            )
    print()
    for phase, percent in meter.cpu.items():
        print(f"server CPU while {phase}: {percent:.0f} % of one core")
    per = [(after - memory[0]) / arguments.pupils / 1024 for after in memory[1:]]
    print(f"memory a pupil: {per[0]:.0f} kB joined, {per[1]:.0f} kB after typing")
    print(f"memory of the server: {memory[0] // 2**20} MB before, {memory[2] // 2**20} MB after\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pupils", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=3, help="edits a second of each pupil")
    parser.add_argument("--arrivals", type=float, default=5, help="pupils that arrive each second")
    parser.add_argument("--lesson", type=Path, default=get_lesson(), help="the notebook to give")
    parser.add_argument("--no-pin", action="store_true", help="let the server use all cores")
    arguments = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    with tempfile.TemporaryDirectory(prefix="candyce-bench-") as folder:
        server = Server(Path(folder))
        given = server.script(PREPARE, str(arguments.pupils + 1), PASSWORD, str(arguments.lesson))
        server.code = given.strip().strip('"')
        process = start(server, pin=not arguments.no_pin)
        try:
            asyncio.run(measure(arguments, server, process))
        except* Failed as failed:
            sys.exit(f"failed: {failed.exceptions[0]}")
        finally:
            server.kill()


if __name__ == "__main__":
    main()
