"""Packages come from Candyce's own lock only: loaded by the first cell that imports them, or by `%pip`."""

import importlib.util
import os
import re
import shlex

import pyodide_js
from pyodide.code import find_imports
from pyodide.ffi import to_js

from .words import say

MAX_SCANNED_FILES = 50


def _quiet():
    from js import Object

    return to_js({"messageCallback": lambda message: None}, dict_converter=Object.fromEntries)


def available():
    """Names of the packages that can be loaded, sorted."""
    from js import Object

    return sorted(str(name) for name in Object.keys(pyodide_js.lockfile.packages))


def imports_of(code):
    """Names that `code` imports, followed through the modules of the project that it imports."""
    found, queue, files = [], [code], 0
    while queue:
        for name in find_imports(queue.pop()):
            if name in found:
                continue
            found.append(name)
            path = f"{name}.py" if os.path.isfile(f"{name}.py") else f"{name}/__init__.py"
            if files < MAX_SCANNED_FILES and os.path.isfile(path):
                files += 1
                try:
                    with open(path, encoding="utf-8") as source:
                        queue.append(source.read())
                except (OSError, UnicodeDecodeError):
                    continue
    return found


async def load_imports(code):
    """Load what the lock offers among the modules that `code` imports."""
    names = [name for name in imports_of(code) if name.isidentifier()]
    if names:
        await pyodide_js.loadPackagesFromImports("\n".join(f"import {n}" for n in names), _quiet())


def is_installed(name):
    module = re.sub(r"[-.]", "_", name)
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


async def pip(arguments):
    """What `%pip …` does: install from the lock, or say plainly what is to be had."""
    words = shlex.split(arguments, comments=True)
    if not words or words[0] != "install":
        print(say("pip_usage"))
        return
    wanted = [re.split(r"[=<>!~\[; ]", w)[0] for w in words[1:] if not w.startswith("-")]
    offered = {name.lower(): name for name in available()}
    known = [offered[n] for n in (re.sub(r"[_.]+", "-", w).lower() for w in wanted) if n in offered]
    missing = [
        w for w in wanted if re.sub(r"[_.]+", "-", w).lower() not in offered and not is_installed(w)
    ]
    if known:
        await pyodide_js.loadPackage(to_js(known), _quiet())
    ready = [w for w in wanted if w not in missing]
    if ready:
        print(say("pip_done", names=", ".join(ready)))
    if missing:
        print(
            say("pip_missing", names=", ".join(missing), available=", ".join(available())),
        )


def explain(error):
    """Add what can be had to the error of a module that is not here."""
    name = error.name or ""
    if name and "." not in name and str(error) == f"No module named {name!r}":
        error.add_note(say("no_module", available=", ".join(available())))
