"""The walls: what code in the sandbox can and cannot reach, asked of the code itself."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from candyce.grading.sandbox.box import Box, get_depth
from candyce.grading.sandbox.seccomp import make_filter
from candyce.grading.tests.conftest import needs_sandbox

pytestmark = pytest.mark.sandbox


@dataclass
class Step:
    kind: str
    source: str
    grade_id: str | None = None
    cell_id: str = "c"


PROBE = """
from js import process, Object
fs = process.getBuiltinModule('fs')
os = process.getBuiltinModule('os')
cp = process.getBuiltinModule('child_process')
def tente(f):
    try:
        f()
        return 'yes'
    except Exception as e:
        return str(e).split(':')[1].strip().split(' ')[0] if ':' in str(e) else 'no'
def sonde():
    fils = cp.spawnSync('/usr/bin/env', [])
    return {
        'environment': sorted(Object.keys(process.env).to_py()),
        'root': sorted(fs.readdirSync('/').to_py()),
        'uid': process.getuid(),
        'host': os.hostname(),
        'connect': tente(lambda: fs.readFileSync('/proc/net/dev')),
        'socket': tente(lambda: os.networkInterfaces()),
        'child': fils.error.code,
        'write': tente(lambda: fs.writeFileSync('/x', 'x')),
        'write python': tente(lambda: fs.writeFileSync('/python/x', 'x')),
        'write temporary': tente(lambda: fs.writeFileSync('/tmp/x', 'x')),
    }
"""


SEEN = {
    "environment": ["PWD"],
    "uid": 65534,
    "host": "sandbox",
    "child": "EPERM",
    "connect": "ENOENT",
    "write": "EROFS",
    "write python": "EROFS",
    "write temporary": "yes",
}
ROOT = {
    "bin",
    "dev",
    "lib",
    "lib32",
    "lib64",
    "node",
    "pyodide",
    "python",
    "snapshot",
    "tmp",
    "usr",
}
TESTS = f"""
vu = sonde()
assert set(vu['root']) <= {ROOT | {"worker"}}
assert vu['socket'] != 'yes'
""" + "\n".join(f"assert vu[{name!r}] == {value!r}" for name, value in SEEN.items())


@needs_sandbox
def test_the_sandbox_holds_what_it_needs_and_nothing_else(runner):
    bench = runner.open_bench([])
    try:
        outcome = bench.mark([Step("pupil", PROBE), Step("tests", TESTS, "t")])
    finally:
        bench.close()
    assert outcome.errors == []
    assert [test for test in outcome.tests["t"] if test["status"] != "passed"] == []
    assert len(outcome.tests["t"]) == len(SEEN) + 2


ONCE = """
import builtins, math, os, random, string
assert not hasattr(builtins, "seen") and os.environ.get("SEEN") is None and len(string.digits) == 10
assert math.tau == 2 * math.pi and total == [1, 2]
builtins.seen, os.environ["SEEN"], string.digits, math.tau = value(), "yes", "", 0
total.append(value())
held = bytearray(40_000_000)
assert held[-1] == 0
"""
IN_FILES = """
import os
assert not os.path.exists("/tmp/seen") and os.getcwd() != "/tmp"
open("/tmp/seen", "w").write("yes")
"""


@needs_sandbox
@pytest.mark.parametrize(("tests", "put_back"), [(ONCE, True), (IN_FILES, False)])
def test_nothing_of_a_copy_is_left_for_the_next(runner, monkeypatch, tests, put_back):
    started = []
    send = Box.send

    def note(box, message, deadline):
        started.append(message.get("do"))
        send(box, message, deadline)

    monkeypatch.setattr(Box, "send", note)
    given = "import random\ntotal = [1, 2]"
    bench = runner.open_bench([{"role": "given", "source": given}])
    draws = "assert random.random() == value()"
    steps = [
        Step("given", given),
        Step("pupil", "def value():\n    return 7"),
        Step("tests", tests, "t"),
        Step("tests", draws, "draws"),
    ]
    try:
        outcomes = [bench.mark(steps) for _ in range(3)]
    finally:
        bench.close()
    for outcome in outcomes:
        assert [test for test in outcome.tests["t"] if test["status"] != "passed"] == []
    draws = {outcome.tests["draws"][0]["given"] for outcome in outcomes}
    assert len(draws) == len(outcomes)  # chance is not put back
    assert started.count("start") == (1 if put_back else 3)


def test_the_filter_is_made_for_known_machines_only():
    assert len(make_filter("x86_64")) % 8 == 0
    assert len(make_filter("aarch64")) % 8 == 0
    assert make_filter("pdp11") is None


@pytest.mark.parametrize(("value", "depth"), [(1, 1), ([], 1), ([[1]], 3), ({"a": [{}]}, 3)])
def test_depth_counts_levels(value, depth):
    assert get_depth(value) == depth
