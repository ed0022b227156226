"""The walls: what code in the sandbox can and cannot reach, asked of the code itself."""

from __future__ import annotations

import hashlib
import json
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from candyce.compute.sandbox.browser import BrowserPython
from candyce.compute.sandbox.channel import Channel, get_depth
from candyce.compute.sandbox.forking import make_library
from candyce.compute.sandbox.native import NativePython, find_parts
from candyce.compute.sandbox.runner import NoEnvironment, Outcome
from candyce.compute.sandbox.seccomp import make_filter
from candyce.compute.sandbox.tests.fixtures import make_runner, needs_sandbox

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
def garde(p):
    avant = fs.statSync(p).mtimeMs
    try:
        fs.utimesSync(p, 7, avant // 1000 + 7)
    except Exception:
        pass
    return fs.statSync(p).mtimeMs != avant
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
        'write devices': tente(lambda: fs.writeFileSync('/dev/x', 'x')),
        'write memory': tente(lambda: fs.writeFileSync('/dev/shm/x', 'x')),
        'signal': tente(lambda: process.kill(process.ppid, 0)),
        'signal itself': tente(lambda: process.kill(process.pid, 0)),
        'kept': [p for p in ('/dev/null', '/dev/pts/ptmx', '/dev/tty') if garde(p)],
        'pipes': list(fs.readdirSync('/pipes').to_py()) if fs.existsSync('/pipes') else [],
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
    "signal": "kill",
    "signal itself": "kill",
    "kept": [],
    "pipes": [],
}
# What is divided for each copy has no place to write at all.
SEEN_IN_PART = {"write temporary": "EROFS", "write devices": "EROFS", "write memory": "EROFS"}
SEEN_ALONE = {"write temporary": "yes"}
ROOT = {
    "bin",
    "dev",
    "fork.node",
    "lib",
    "lib32",
    "lib64",
    "node",
    "pipes",
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
"""


def tell(passed: dict[str, Any]) -> str:
    return TESTS + "\n".join(f"assert vu[{name!r}] == {value!r}" for name, value in passed.items())


def find_failed(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        test for tests in outcome.tests.values() for test in tests if test["status"] != "passed"
    ]


@needs_sandbox
@pytest.mark.parametrize("divides", [True, False])
def test_the_sandbox_holds_what_it_needs_and_nothing_else(runner, runner_alone, divides):
    seen = SEEN | (SEEN_IN_PART if divides else SEEN_ALONE)
    bench = (runner if divides else runner_alone).open_bench([])
    try:
        outcome = bench.mark([Step("pupil", PROBE), Step("tests", tell(seen), "t")])
    finally:
        bench.close()
    assert outcome.errors == []
    assert find_failed(outcome) == []
    assert len(outcome.tests["t"]) == len(seen) + 2


NATIVE_PROBE = """
import os, shutil, socket, subprocess
def tente(f, *a):
    try:
        f(*a)
        return 'yes'
    except OSError as e:
        return e.strerror or 'no'
def ecrit(chemin):
    open(chemin, 'w').write('x')
def garde(p):
    avant = os.stat(p).st_mtime
    try:
        os.utime(p, (7, avant + 7))
    except OSError:
        pass
    return os.stat(p).st_mtime != avant
def copie():
    shutil.copy2('/python/candyce_wire.py', '/drive/copie.py')
def sonde():
    return {
        'environment': sorted(os.environ),
        'kept': [p for p in ('/dev/null', '/dev/pts/ptmx', '/dev/tty') if garde(p)],
        'copy': tente(copie),
        'uid': os.getuid(),
        'socket': tente(socket.socket),
        'child': tente(os.fork),
        'program': tente(subprocess.run, ['/usr/bin/env']),
        'signal': tente(os.kill, os.getpid(), 0),
        'processes': tente(os.listdir, '/proc'),
        'home': tente(os.listdir, '/home'),
        'write': tente(ecrit, '/x'),
        'write python': tente(ecrit, '/python/x'),
        'write environment': tente(ecrit, os.path.dirname(os.__file__) + '/x'),
        'write files': tente(ecrit, '/drive/x'),
    }
"""
NO, READ_ONLY, ABSENT = (
    "Operation not permitted",
    "Read-only file system",
    "No such file or directory",
)
NATIVE_SEEN = {
    "uid": 65534,
    "socket": NO,
    "child": NO,
    "program": NO,
    "signal": NO,
    "processes": ABSENT,
    "home": ABSENT,
    "write": READ_ONLY,
    "write python": READ_ONLY,
    "write environment": READ_ONLY,
    "write files": "yes",
    "kept": [],
    "copy": "yes",
}


@needs_sandbox
def test_a_server_environment_has_the_same_walls(native, tmp_path):
    (tmp_path / "sous").mkdir()
    (tmp_path / "sous/notes.csv").write_text("7" * 3_000_000)
    bench = native.open_bench([{"role": "given", "source": "import math"}], tmp_path, "sous")
    tests = "vu = sonde()\nassert 'CANDYCE_DATA' not in vu['environment']\n" + "\n".join(
        f"assert vu[{name!r}] == {value!r}" for name, value in NATIVE_SEEN.items()
    )
    waits = "import asyncio\nawait asyncio.sleep(0)\nlu = len(open('notes.csv').read())"
    steps = [
        Step("pupil", NATIVE_PROBE),
        Step("pupil", waits),
        Step("tests", tests, "t"),
        Step("tests", "assert lu == 3_000_000 == len(open('notes.csv').read())", "files"),
        Step("tests", "assert math.floor(lu) == lu", "imports"),
    ]
    try:
        outcome = bench.mark(steps, tmp_path)
    finally:
        bench.close()
    assert outcome.errors == []
    assert find_failed(outcome) == []
    assert len(outcome.tests["t"]) == len(NATIVE_SEEN) + 1


def test_what_is_no_environment_is_told(tmp_path):
    with pytest.raises(NoEnvironment):
        NativePython("sciences", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to("/usr/bin/env")
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    assert find_parts(tmp_path) == {str(tmp_path): tmp_path}


PUPIL = """
import builtins, os, js, string
assert not hasattr(builtins, "seen") and not hasattr(js, "seen") and os.environ.get("SEEN") is None
assert len(string.digits) == 10 and not os.path.exists("/tmp/seen") and os.getcwd() != "/tmp"
builtins.seen = js.seen = js.Array.prototype.seen = 1
os.environ["SEEN"], string.digits = "yes", ""
open("/tmp/seen", "w").write("yes")
os.chdir("/tmp")
js.JSON.parse = js.eval("() => ({do: 'begin', base: 1, folder: ''})")
def value():
    return 7
def pipes():
    found = []
    for n in range(256):
        try:
            stat = fs.fstatSync(n)
        except Exception:
            continue
        if stat.isFIFO():
            # A file system gives the number of a pipe whose name is gone again; when it was made tells them apart.
            made = 0 if stat.nlink else int(stat.birthtimeMs)
            found.append(int(stat.ino) * 10**14 + made)
    return found
fs = js.process.getBuiltinModule('fs')
"""
# Timers, and the threads that read files, are there in a process that was divided from another.
WAITS = """
import asyncio
await asyncio.sleep(0.01)
lu = await fs.promises.readFile('/python/candyce_wire.py', 'utf8')
assert 'Values on their way' in lu
"""
TESTS_SIDE = """
import builtins, math, os, random, string
assert not hasattr(builtins, "seen") and os.environ.get("SEEN") is None and len(string.digits) == 10
assert math.tau == 2 * math.pi and total == [1, 2] and not os.path.exists("/tmp/seen")
builtins.seen, os.environ["SEEN"], string.digits, math.tau = value(), "yes", "", 0
total.append(value())
open("/tmp/seen", "w").write("yes")
held = bytearray(40_000_000)
assert held[-1] == 0
"""


@needs_sandbox
def test_nothing_of_a_copy_is_left_for_the_next(runner, monkeypatch):
    sent = []
    send = Channel.send

    def note(box, message, deadline):
        sent.append(message.get("do"))
        send(box, message, deadline)

    monkeypatch.setattr(Channel, "send", note)
    given = "import random\ntotal = [1, 2]"
    bench = runner.open_bench([{"role": "given", "source": given}])
    steps = [
        Step("given", given),
        Step("pupil", PUPIL),
        Step("pupil", WAITS),
        Step("tests", TESTS_SIDE, "t"),
        Step("tests", "assert random.random() == value()", "draws"),
        Step("tests", "assert pipes() == []", "pipes"),
    ]
    try:
        outcomes = [bench.mark(steps) for _ in range(3)]
    finally:
        bench.close()
    for outcome in outcomes:
        assert outcome.errors == []
        assert [test["status"] for test in outcome.tests["t"]] == ["passed"] * 5
    draws = {outcome.tests["draws"][0]["given"] for outcome in outcomes}
    assert len(draws) == len(outcomes)  # chance is another each time
    pipes = [set(json.loads(outcome.tests["pipes"][0]["given"])) for outcome in outcomes]
    assert all(pipes)
    assert not set.intersection(*pipes)
    assert sent.count("start") == 1
    assert sent.count("fork") == sent.count("end") == 6


def make_package(folder: Path) -> None:
    """A mirror of packages that has one, ``petit``."""
    wheel = folder / "petit-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("petit.py", "taille = 7")
        archive.writestr("petit-1.0.dist-info/METADATA", "Name: petit\nVersion: 1.0\n")
        archive.writestr("petit-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    lock = json.loads((settings.ROOT / "node_modules/pyodide/pyodide-lock.json").read_text())
    lock["packages"]["petit"] = {
        "name": "petit", "version": "1.0", "file_name": wheel.name, "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(), "package_type": "package",
        "imports": ["petit"], "depends": [], "unvendored_tests": False,
    }  # fmt: skip
    (folder / "index.json").write_text(json.dumps(lock))


@needs_sandbox
def test_a_mirrored_package_is_loaded_where_a_copy_imports_it(sandbox_cache, tmp_path):
    make_package(tmp_path)
    runner = BrowserPython(settings.ROOT / "node_modules/pyodide", sandbox_cache, tmp_path)
    bench = runner.open_bench([])
    steps = [Step("pupil", "import petit"), Step("tests", "assert petit.taille == 7", "t")]
    try:
        outcome = bench.mark(steps)
    finally:
        bench.close()
    assert outcome.errors == []
    assert find_failed(outcome) == []


@needs_sandbox
def test_a_process_that_was_killed_is_made_again_for_the_next_copy(runner):
    bench = runner.open_bench([])
    steps = [Step("pupil", "def value():\n    return 7"), Step("tests", "assert value() == 7", "t")]
    try:
        assert find_failed(bench.mark(steps)) == []
        for source in (bench.pupils, bench.tests):
            box = source._server._box
            box._process.kill()
            assert box.read_to_end(time.monotonic() + 20) is not None
        outcome = bench.mark(steps)
        assert (outcome.reason, find_failed(outcome)) == ("", [])
    finally:
        bench.close()


@needs_sandbox
def test_where_a_process_cannot_be_divided_each_copy_has_its_own_start(sandbox_cache, monkeypatch):
    library = make_library(make_filter())
    if library is None:
        pytest.skip("this machine never divides")
    spoilt = library.replace(b"uv_loop_fork", b"uv_loop_xxxx")
    monkeypatch.setattr("candyce.compute.sandbox.browser.make_library", lambda _filter: spoilt)
    runner = make_runner(sandbox_cache)
    bench = runner.open_bench([])
    steps = [Step("pupil", "def value():\n    return 7"), Step("tests", "assert value() == 7", "t")]
    try:
        outcome = bench.mark(steps)
        assert (outcome.reason, find_failed(outcome)) == ("", [])
        assert runner.start_server("pupil") is None
    finally:
        bench.close()


def test_the_library_is_made_for_known_machines_only():
    assert make_library(b"12345678", "x86_64")[:4] == b"\x7fELF"
    assert make_library(b"12345678", "aarch64") is None


def test_the_filter_is_made_for_known_machines_only():
    assert len(make_filter("x86_64")) % 8 == 0
    assert len(make_filter("aarch64")) % 8 == 0
    assert make_filter("pdp11") is None


@pytest.mark.parametrize(("value", "depth"), [(1, 1), ([], 1), ([[1]], 3), ({"a": [{}]}, 3)])
def test_depth_counts_levels(value, depth):
    assert get_depth(value) == depth
