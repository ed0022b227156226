"""How one copy after another is marked, whatever becomes of the processes that it is marked in."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from candyce.compute.sandbox import limits
from candyce.compute.sandbox.bench import TwoSides
from candyce.compute.sandbox.channel import Gone
from candyce.compute.sandbox.pool import Pool
from candyce.compute.sandbox.runner import Outcome
from candyce.compute.sandbox.tests.fixtures import needs_sandbox
from candyce.compute.sandbox.tests.test_box import Step


class Clock:
    """Time that passes only where a side takes some."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Side:
    """A side that was started: a cell whose source is a key of ``slow`` takes that many seconds from its second run on."""

    def __init__(self, starter: Starter, role: str) -> None:
        self.starter, self.role, self.last = starter, role, {}

    def send(self, message: dict[str, Any], deadline: float) -> None:
        self.last = message

    def receive(self, deadline: float) -> dict[str, Any]:
        do, source = self.last["do"], self.last.get("source", "")
        if do in ("cell", "given", "tests"):
            self.starter.ran.append(source)
            if source in self.starter.ends:
                raise Gone("crash")
        if do == "cell":
            took = self.starter.slow.get(source, 0) if self.starter.ran.count(source) > 1 else 0
            if self.starter.clock.now + took > deadline:
                self.starter.clock.now = max(self.starter.clock.now, deadline) + 0.001
                raise Gone("timeout")
            self.starter.clock.now += took
        return {
            "do": "done",
            "ok": None,
            "tests": [{"status": "passed"}] if do == "tests" else None,
        }

    def close(self) -> None:
        pass


class Starter:
    """``ends``: the sources over which a side ends; ``server``: what is divided, if anything."""

    has_packages = False

    def __init__(self, *ends: str, server: Any = None, **slow: float) -> None:
        self.clock, self.ends, self.slow, self.server = Clock(), ends, slow, server
        self.ran: list[str] = []
        self.started: list[str] = []

    def start(self, role: str) -> Side:
        self.started.append(role)
        return Side(self, role)

    def start_server(self, role: str) -> Any:
        return self.server and self.server()

    def stop_dividing(self) -> None:
        self.server = None


@pytest.fixture
def mark(monkeypatch):
    def run(starter: Starter, *steps: Step):
        monkeypatch.setattr("candyce.compute.sandbox.bench.time", starter.clock)
        return TwoSides(starter, [], None, "").mark(steps)

    return run


def test_cells_that_are_replayed_take_no_more_time_than_the_copy_has(mark):
    cells = [f"c{n}" for n in range(50)]
    starter = Starter("dies", **dict.fromkeys(cells, 9.9))
    began = starter.clock.now
    steps = [Step("pupil", name) for name in [*cells, "dies", "after"]]
    outcome = mark(starter, *steps, Step("tests", "t", "t"))
    assert outcome.reason == "too_long"
    assert outcome.tests["t"][0]["status"] == "not_run"
    assert starter.clock.now - began < limits.COPY_SECONDS + 1


@pytest.mark.parametrize("number", [3, 12])
def test_a_given_cell_that_ends_the_tests_side_ends_no_marking(mark, number):
    starter = Starter("g2")
    given = [Step("given", f"g{n}") for n in range(number)]
    tests = [Step("tests", f"t{n}", f"t{n}") for n in range(number)]
    outcome = mark(starter, *given, *tests)
    # Without that cell its names would be the pupil's: no test is passed then.
    assert {tests[0]["status"] for tests in outcome.tests.values()} == {"error"}
    assert len(outcome.tests) == number
    assert starter.started.count("tests") == 2


GIVEN = (
    "neuf = carre(3)\nif neuf != 9:\n    carre(4)\ndef verifie(valeur):\n    return valeur == 49\n"
)


@needs_sandbox
@pytest.mark.parametrize("end", ["raise SystemExit", "js.process.exit(0)"])
def test_a_function_that_ends_in_a_given_cell_takes_none_of_its_names(runner, end):
    bench = runner.open_bench([{"role": "given", "source": GIVEN}])
    steps = [
        Step("pupil", f"import js\ndef carre(x):\n    {end}"),
        Step("given", GIVEN),
        Step("pupil", "verifie = lambda valeur: True\ndef carre(x):\n    return 0"),
        Step("tests", "assert verifie(carre(7))", "t"),
    ]
    try:
        outcome = bench.mark(steps)
    finally:
        bench.close()
    assert [test["status"] for test in outcome.tests["t"]] == ["failed"]


class Mute:
    """A process that divides itself, into parts that never speak."""

    closed = False

    def send(self, message: dict[str, Any], deadline: float) -> None:
        pass

    def receive(self, deadline: float) -> dict[str, Any]:
        return {"ok": None}

    def fork(self, deadline: float) -> None:
        raise Gone("timeout")

    def close(self) -> None:
        self.closed = True


def test_where_no_part_ever_speaks_each_copy_has_its_own_start(mark):
    starter = Starter(server=Mute)
    outcome = mark(starter, Step("pupil", "c"), Step("tests", "t", "t"))
    assert (outcome.reason, outcome.tests["t"]) == ("", [{"status": "passed"}])
    assert starter.start_server("pupil") is None
    assert sorted(starter.started) == ["pupil", "tests"]


def test_idle_benches_of_other_notebooks_are_closed_for_a_new_one():
    opened: list[Any] = []

    class Idle:
        closed = False

        def mark(self, steps: Any, files: Any = None) -> Outcome:
            return Outcome()

        def close(self) -> None:
            self.closed = True

    def open_bench(*_args: Any) -> Idle:
        opened.append(Idle())
        return opened[-1]

    with Pool(2, SimpleNamespace(open_bench=open_bench)) as pool:
        for name in "abcdb":
            author = SimpleNamespace(
                path=f"{name}.ipynb", code=[], environment="", unpack=lambda _stack: None
            )
            pool.submit(author, [], None).result()
            assert sum(not bench.closed for bench in opened) <= pool.workers
    assert all(bench.closed for bench in opened)


def test_files_of_a_worker_that_was_killed_are_swept_by_the_next(tmp_path):
    program = (
        "import os; from candyce.compute.sandbox.scratch import get_scratch as get;"
        "(get() / 'copy').mkdir(); print(get().stat().st_mode & 0o777, flush=True); END"
    )

    def work(end: str) -> str:
        command = [sys.executable, "-c", program.replace("END", end)]
        return subprocess.check_output(command, env={"TMPDIR": str(tmp_path)}, text=True).strip()

    with suppress(subprocess.CalledProcessError):
        work("os.kill(os.getpid(), 9)")
    [left] = tmp_path.iterdir()
    assert work(f"assert not os.path.exists({str(left)!r})") == str(0o700)
    assert list(tmp_path.iterdir()) == []
