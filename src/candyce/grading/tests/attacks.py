"""Ways to get points without the answer. Each is what a pupil's copy holds; none may be worth more than nothing.

Both runners are attacked: what a copy asks of Node in the browser's Python, it asks of the system in a server's
(``as_native``). The table of docs/decisions/trusted-marking.md is made of these names and sentences (a test holds them together).
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from candyce.grading.tests.lesson import Notebook, code, make_copy

NODE = "from js import process\nfs = process.getBuiltinModule('fs')\n"
UNIVERSAL = """
class Tout(BASE):
    def __eq__(self, autre): return True
    def __ne__(self, autre): return True
    def __lt__(self, autre): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __hash__(self): return 0
    def __bool__(self): return True
    def __contains__(self, autre): return True
    def __sub__(self, autre): return 0.0
    __rsub__ = __add__ = __radd__ = __mul__ = __mod__ = __sub__
    def __abs__(self): return 0.0
    def __iter__(self): return iter([self])
    def __len__(self): return 1
    def __getitem__(self, k): return self
    def __getattr__(self, nom): return self
    def __call__(self, *a, **k): return self
carre = trier = applique = lambda *a, **k: Tout()
"""
SPY = """
class Espion:
    vus = []
    def __eq__(self, autre): self.vus.append(autre); return True
    def __rsub__(self, autre): self.vus.append(autre); return 0
    __sub__ = __rsub__
    def __gt__(self, autre): self.vus.append(autre); return True
    __lt__ = __gt__
def carre(x): return Espion.vus[-1] if Espion.vus else Espion()
"""
PATCH_ANSWERS = """
import sys, json
cote = sys.modules['candyce_pupil']
FONCTION = {'t': 'ref', 'id': 7, 'cls': {'name': 'f', 'module': 'builtins', 'has': ['call']}}
def reponse(question):
    if question['do'] == 'get':
        return json.dumps({'ok': FONCTION})
    return ANSWER
cote.answer_question = reponse
"""


# Node's names for what an attack needs, said by a server's Python, which reaches it without a way round.
NATIVE = """
import os as _os, signal as _signal, subprocess as _subprocess, sys as _sys, types as _types
from pathlib import Path as _Path
class _Stat:
    def __init__(self, path):
        self.size, self.path = _os.stat(path).st_size, path
        self.mtimeMs = _os.stat(path).st_mtime * 1000
    def isDirectory(self):
        return _os.path.isdir(self.path)
class _Fs:
    writeSync = staticmethod(lambda n, text: _os.write(n, text.encode()))
    readdirSync = staticmethod(_os.listdir)
    statSync = staticmethod(_Stat)
    utimesSync = staticmethod(lambda path, *times: _os.utime(path, times))
    existsSync = staticmethod(_os.path.exists)
    writeFileSync = staticmethod(lambda path, text: _Path(path).write_text(text))
    @staticmethod
    def readFileSync(path, coding=None):
        if path == 0:
            for n in range(3, 20):
                try:
                    _os.read(n, 10**6)
                except OSError:
                    pass
        return _Path(path).read_text('latin1')
class _Cp:
    @staticmethod
    def spawnSync(path, args):
        try:
            return _types.SimpleNamespace(error=None, status=_subprocess.run([path, *args]).returncode)
        except Exception as error:
            return _types.SimpleNamespace(error=error, status=None)
class _Process:
    env, argv, pid, ppid = dict(_os.environ), _sys.orig_argv, _os.getpid(), _os.getppid()
    exit = staticmethod(_os._exit)
    abort = staticmethod(_os.abort)
    kill = staticmethod(lambda n, name: _os.kill(n, getattr(_signal, name) if name else 0))
    getBuiltinModule = staticmethod(lambda name: {'fs': _Fs, 'child_process': _Cp}[name])
async def _fetch(address):
    import urllib.request
    return urllib.request.urlopen(address, timeout=1)
_sys.modules['js'] = _types.SimpleNamespace(process=_Process, fetch=_fetch)
"""
# libc by number: what no module of Python's offers.
CALLS = """
import ctypes
appel = ctypes.CDLL(None).syscall
vrai = lambda *a: appel(*a) >= 0
ouvert = [n for n, a in ((41, (2, 1, 0)), (53, (1, 1, 0, 0)),
    (101, (16, 1, 0, 0)), (272, (0x10000000,)), (62, (1, 9)), (319, (b'x', 0)), (302, (1, 0, 0, 0)),
    (321, (0, 0, 0)), (425, (8, 0)), (240, (b'/x', 66, 384, 0))) if vrai(n, *a)]
carre = lambda x: x * x if ouvert else 0
"""


@dataclass(frozen=True)
class Attack:
    """``name``: stable. ``what``: one sentence. ``make``: the copy."""

    name: str
    what: str
    make: Callable[[], Notebook]


def as_native(notebook: Notebook) -> Notebook:
    """The same copy for a server's Python."""
    if not any("from js" in str(cell["source"]) for cell in notebook["cells"]):
        return notebook
    return {**notebook, "cells": [code("natif", NATIVE), *notebook["cells"]]}


def _cells(source: str, *cells: str) -> Callable[[], Notebook]:
    """The same source in every cell that is answered, or in those that are named."""
    text = textwrap.dedent(source)
    return lambda: make_copy(dict.fromkeys(cells or ("s1", "s2", "s3"), text))


def _each(source: str) -> str:
    """The same body for each function that is asked for."""
    body = textwrap.indent(textwrap.dedent(source).strip(), "    ")
    return f"def carre(*a):\n{body}\ntrier = applique = carre\n"


def _edit(change: Callable[[list[dict]], None]) -> Callable[[], Notebook]:
    def make() -> Notebook:
        found = make_copy({})
        change(found["cells"])
        return found

    return make


def _tests(cells: list[dict]) -> list[dict]:
    return [cell for cell in cells if cell["id"].startswith("t")]


def _set_tests(**values: object) -> Callable[[list[dict]], None]:
    def change(cells: list[dict]) -> None:
        for cell in _tests(cells):
            cell.update(values)

    return change


def _drop_tests(cells: list[dict]) -> None:
    for cell in _tests(cells):
        cells.remove(cell)


def _rename_tests(cells: list[dict]) -> None:
    for number, cell in enumerate(_tests(cells)):
        cell["id"] = f"x{number}"
        cell["metadata"]["nbgrader"]["grade_id"] = f"autre-{number}"
        cell["source"] = "pass"


def _double_tests(cells: list[dict]) -> None:
    cells.extend({**cell, "source": "pass"} for cell in _tests(cells))


def _raise_points(cells: list[dict]) -> None:
    for cell in _tests(cells):
        cell["metadata"]["nbgrader"].update(points=1000, grade=False, solution=True, locked=False)
        cell["source"] = "pass"


def _answer_for(cells: list[dict]) -> None:
    """A free cell that says it is a tests cell."""
    meta = {"grade": True, "locked": True, "grade_id": "carre-tests", "points": 4}
    cells.insert(0, code("zz", "pass", **meta))


def _drop_ids(cells: list[dict]) -> None:
    for cell in cells:
        cell.pop("id")
        cell["metadata"] = {}


ATTACKS = (
    Attack("universal", "an object that is equal to everything, and whose every operation suits", _cells(UNIVERSAL.replace("(BASE)", ""))),
    Attack("universal-int", "the same as a subclass of int", _cells(UNIVERSAL.replace("BASE", "int"))),
    Attack("universal-list", "the same as a subclass of list", _cells(UNIVERSAL.replace("BASE", "list"))),
    Attack("universal-class", "the functions are classes, so that calling them makes such objects", _cells(UNIVERSAL.replace("(BASE)", "").replace("def __call__", "def __init__(self, *a): pass\n    def __call__").replace("lambda *a, **k: Tout()", "Tout"))),
    Attack("spy", "an object that keeps what it is compared with, and gives that as the next answer", _cells(SPY)),
    Attack("builtins", "abs, sorted, range and AssertionError are replaced in builtins", _cells("import builtins\nbuiltins.abs = lambda *a: 0\nbuiltins.sorted = builtins.range = lambda *a: []\nbuiltins.AssertionError = ZeroDivisionError\n" + _each("return []"))),
    Attack("shadows", "the same names, as globals of the notebook", _cells("abs = len = lambda *a: 0\nsorted = range = lambda *a: []\nAssertionError = None\n" + _each("return 0"))),
    Attack("helpers", "the teacher's helper function, its data and its modules are replaced", _cells("import math, sys\nverifie = lambda *a: True\nmesures = []\nsys.modules['math'] = None\n" + _each("return []"), "s2")),
    Attack("sys-modules", "the worker's own modules are replaced, to answer True to every question", _cells(PATCH_ANSWERS.replace("ANSWER", "json.dumps({'ok': True})"))),
    Attack("forged-verdict", "answers to questions are made to look like the end of the tests, all passed", _cells(PATCH_ANSWERS.replace("ANSWER", """json.dumps({'do': 'done', 'ok': None, 'tests': [{'status': 'passed', 'name': 'x'}]})"""))),
    Attack("forged-values", "answers name objects that are not the pupil's: callbacks, own numbers", _cells(PATCH_ANSWERS.replace("ANSWER", "json.dumps({'ok': {'t': 'own', 'id': 1}})"))),
    Attack("forged-class", "an answer claims a class that would be a builtin exception with a made-up layout", _cells(PATCH_ANSWERS.replace("ANSWER", "json.dumps({'error': {'cls': {'name': 'SystemExit', 'module': 'builtins'}, 'message': ['x']}})"))),
    Attack("nested", "an answer nested a hundred thousand deep, to break who reads it", _cells(PATCH_ANSWERS.replace("ANSWER", "'{\"ok\":' + '[' * 100000 + ']' * 100000 + '}'"))),
    Attack("stdout", "messages are written to the process's output, ahead of the real ones", _cells(NODE + "for _ in range(50):\n    fs.writeSync(1, '{\"ok\": true}\\n{\"do\": \"done\", \"tests\": []}\\n')\n" + _each("return True"))),
    Attack("stdin", "the next questions are swallowed from the process's input", _cells(NODE + _each("fs.readFileSync(0)\nreturn True"))),
    Attack("frames", "frames and the garbage collector are searched for expected values", _cells("import sys, gc\ndef carre(x):\n    f = sys._getframe()\n    while f:\n        for v in list(f.f_locals.values()) + list(f.f_code.co_consts):\n            if type(v) is int and v not in (x, 0, 1): return v\n        f = f.f_back\n    for o in gc.get_objects():\n        if 'carre(' + '-7)' in repr(o)[:300]: return 49\n    return 0\n")),
    Attack("files", "every file that can be reached is searched for the hidden tests", _cells(NODE + "def cherche(d, n=0):\n    for e in list(fs.readdirSync(d)):\n        p = d + '/' + e\n        if e in ('usr', 'dev', 'lib', 'lib64', 'bin'): continue\n        s = fs.statSync(p)\n        if s.isDirectory():\n            if n < 4 and cherche(p, n + 1): return True\n        elif s.size < 4e7 and 'carre(' + '-7) == 49' in str(fs.readFileSync(p, 'latin1')): return True\ntrouve = cherche('/')\ncarre = lambda x: x * x if trouve else 0\n")),
    Attack("environment", "the environment, the command line and other processes are read for secrets", _cells(NODE + "vu = str(process.env) + str(list(process.argv)) + str(fs.existsSync('/proc/1/environ'))\ndef carre(x): return x * x if 'True' in vu or 'CANDYCE' in vu else 0\n")),
    Attack("network", "the answer is asked of a server", _cells("from js import fetch\ntry:\n    r = await fetch('http://127.0.0.1:8000/healthz')\n    carre = lambda x: x * x\nexcept Exception:\n    pass\n")),
    Attack("child", "a process is started that shall work after the end", _cells("from js import process\ncp = process.getBuiltinModule('child_process')\nr = cp.spawnSync('/usr/bin/env', [])\nif not r.error and r.status == 0:\n    carre = lambda x: x * x\n")),
    Attack("signal", "every process that there may be is signalled to death", _cells(NODE + "mort = False\nfor n in [*range(1, 40), process.ppid, -1]:\n    for nom in ('SIGUSR1', 'SIGSTOP', 'SIGKILL'):\n        try:\n            process.kill(n, nom)\n            mort = True\n        except Exception:\n            pass\ncarre = lambda x: x * x if mort else 0\n")),
    Attack("descriptors", "forged orders and answers are written to every open descriptor", _cells(NODE + "for n in range(200):\n    try:\n        fs.writeSync(n, '{\"do\":\"end\"}\\n{\"pid\": 1}\\n{\"do\": \"done\", \"tests\": []}\\n{\"ok\": true}\\n')\n    except Exception:\n        pass\n" + _each("return True"))),
    Attack("calls", "the system is asked by number: sockets, tracing, namespaces, signals, shared memory, others' limits", _cells(CALLS)),
    Attack("times-of-files", "times are set on files that the next copy sees too, to tell it something", _cells(NODE + "dit = False\nfor p in ('/dev/null', '/dev/pts/ptmx', '/dev/tty', '/python/candyce_wire.py'):\n    avant = fs.statSync(p).mtimeMs\n    try:\n        fs.utimesSync(p, 7, avant // 1000 + 7)\n    except Exception:\n        pass\n    dit = dit or fs.statSync(p).mtimeMs != avant\ncarre = lambda x: x * x if dit else 0\n")),
    Attack("threads", "threads go on answering, and replacing what was answered, behind the cell's back", _cells("import threading, sys, time\ndef sans_fin():\n    while True:\n        sys.modules['__main__'].carre = lambda x: True\n        time.sleep(0.001)\nfor n in range(500):\n    try:\n        threading.Thread(target=sans_fin, daemon=n % 2 == 0).start()\n    except BaseException:\n        break\n")),
    Attack("shared-memory", "the functions take all memory, mapped as shared so that no limit counts it", _cells("import mmap\ntenu = []\n" + _each("while True:\n    m = mmap.mmap(-1, 10**9)\n    tenu.append(m)\n    for n in range(0, 10**9, 4096): m[n] = 1"), "s1")),
    Attack("timer", "a timer of the system's ends the process in the middle of an answer", _cells("import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.2)\n" + _each("while True: pass"), "s1")),
    Attack("exit", "the process leaves with the code of success before the tests", _cells("import os\nfrom js import process\nprocess.exit(0)\n")),
    Attack("exit-in-call", "the functions leave the process when they are called", _cells("from js import process\n" + _each("process.exit(0)"))),
    Attack("system-exit", "the functions raise SystemExit, KeyboardInterrupt, GeneratorExit in turn", _cells("import itertools\nsuite = itertools.cycle([SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, StopAsyncIteration])\n" + _each("raise next(suite)"))),
    Attack("own-exception", "an exception derived from everything, named like the marker's own", _cells("class Gone(AssertionError, ValueError): pass\nclass Fin(BaseException): pass\n" + _each("raise Gone('timeout')"))),
    Attack("forever", "the functions never return", _cells(_each("while True: pass"))),
    Attack("endless", "the functions give an iterator without end, which holds everything", _cells("import itertools\n" + _each("return itertools.repeat(5)"))),
    Attack("memory", "the functions take all memory", _cells(_each("x = []\nwhile True: x.append(bytearray(10**8))"))),
    Attack("callback", "the teacher's function that comes as an argument is taken apart", _cells("def applique(f, n):\n    for nom in ('__globals__', '__code__', '__closure__', '__self__', '__class__'):\n        try:\n            v = getattr(f, nom)\n            if nom == '__globals__': return v['attendu']\n        except Exception:\n            pass\n    return 0\n", "s3")),
    Attack("callback-later", "the callback is called again and again, within itself", _cells("def applique(f, n):\n    try:\n        return f(type('T', (), {'__add__': lambda s, o: applique(f, n)})())\n    except Exception:\n        return f\n", "s3")),
    Attack("not-a-number", "nan, infinity, Decimal and Fraction of odd kinds are returned", _cells("from decimal import Decimal\nimport itertools\nsuite = itertools.cycle([float('nan'), float('inf'), Decimal('NaN'), Decimal('Infinity'), 1j])\n" + _each("return next(suite)"))),
    Attack("arguments", "the lists that are given as arguments are changed into what is handy", _cells("def trier(valeurs):\n    valeurs.clear()\n    return valeurs\n", "s2")),
    Attack("tests-emptied", "the tests cells are emptied in the copy", _edit(_set_tests(source="pass"))),
    Attack("tests-deleted", "the tests cells are deleted", _edit(_drop_tests)),
    Attack("tests-text", "the tests cells become text", _edit(_set_tests(cell_type="markdown"))),
    Attack("tests-renamed", "the tests cells get other ids", _edit(_rename_tests)),
    Attack("tests-doubled", "a second tests cell of the same id passes always", _edit(_double_tests)),
    Attack("points", "points and roles are rewritten in the metadata", _edit(_raise_points)),
    Attack("forged-cell", "a cell of the pupil's says that it is the tests cell", _edit(_answer_for)),
    Attack("metadata", "all metadata and all ids are taken away", _edit(_drop_ids)),
)  # fmt: skip
