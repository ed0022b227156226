"""The walls: what code in the sandbox can and cannot reach, asked of the code itself."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from candyce.grading.sandbox.box import get_depth
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
assert set(vu['root']) <= {ROOT | {"worker.mjs"}}
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


def test_the_filter_is_made_for_known_machines_only():
    assert len(make_filter("x86_64")) % 8 == 0
    assert len(make_filter("aarch64")) % 8 == 0
    assert make_filter("pdp11") is None


@pytest.mark.parametrize(("value", "depth"), [(1, 1), ([], 1), ([[1]], 3), ({"a": [{}]}, 3)])
def test_depth_counts_levels(value, depth):
    assert get_depth(value) == depth
