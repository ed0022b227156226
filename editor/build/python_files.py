"""Pyodide as Candyce serves it: core, precompiled archives, and the packages that load on demand."""

import json
import shutil
import subprocess
import sysconfig
from pathlib import Path

from hashed import place, short_hash
from paths import HOT_MODULES, NPM_PYODIDE, PYODIDE_SOURCES, ROOT
from wheels import fetch, read_lock

KERNEL_WHEELS = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
CORE = ("pyodide.asm.mjs", "pyodide.asm.wasm")


def build(site: Path, work: Path, cache: Path) -> dict:
    """Fill `site/pyodide`; return where things are, relative to that folder."""
    folder = site / "pyodide"
    folder.mkdir(parents=True)
    wheels = fetch(cache)
    core = "core-" + short_hash(*((NPM_PYODIDE / name).read_bytes() for name in CORE))
    (folder / core).mkdir()
    for name in CORE:
        shutil.copyfile(NPM_PYODIDE / name, folder / core / name)
    archives = _compile(wheels, work)
    places = {
        "core": core,
        "boot": place(archives / "boot.zip", folder),
        "rest": place(archives / "rest.zip", folder),
        "lock": _lock(wheels, folder / "packages"),
        "built_in": [w["name"] for w in read_lock() if w["built_in"]],
        "version": json.loads((NPM_PYODIDE / "package.json").read_text())["version"],
    }
    # read by `./candyce packages`: what more could be mirrored
    shutil.copyfile(NPM_PYODIDE / "pyodide-lock.json", folder / "upstream-lock.json")
    (folder / "distribution.json").write_text(json.dumps(places, indent=1) + "\n")
    return places


def _compile(wheels: Path, work: Path) -> Path:
    out = work / "python"
    out.mkdir(parents=True)
    kernel = Path(sysconfig.get_path("data")) / KERNEL_WHEELS
    plan = {
        "pyodide": str(NPM_PYODIDE),
        "archives": [
            str(NPM_PYODIDE / "python_stdlib.zip"),
            *(str(wheels / w["file_name"]) for w in read_lock() if w["built_in"]),
            *(str(p) for n in ("ipykernel", "pyodide_kernel") for p in kernel.glob(f"{n}-*.whl")),
        ],
        "folders": [str(PYODIDE_SOURCES / "python")],
        "hot": json.loads(HOT_MODULES.read_text()),
        "out": str(out),
    }
    plan_file = work / "python-plan.json"
    plan_file.write_text(json.dumps(plan))
    script = ROOT / "editor" / "build" / "compile-python.mjs"
    subprocess.run(["node", str(script), str(plan_file)], check=True)
    return out


def _lock(wheels: Path, packages: Path) -> dict:
    """Pyodide's lock, trimmed to what loads on demand. What is built in needs no entry."""
    packages.mkdir()
    built_in = {w["name"] for w in read_lock() if w["built_in"]}
    entries = {}
    for wheel in read_lock():
        if wheel["built_in"]:
            continue
        shutil.copyfile(wheels / wheel["file_name"], packages / wheel["file_name"])
        entries[wheel["name"]] = {
            **{key: wheel[key] for key in ("name", "version", "file_name", "sha256", "imports")},
            "depends": [d for d in wheel["depends"] if d not in built_in],
            "install_dir": "site",
            "package_type": "package",
            "unvendored_tests": False,
        }
    info = json.loads((NPM_PYODIDE / "pyodide-lock.json").read_text())["info"]
    return {"info": info, "packages": entries}
