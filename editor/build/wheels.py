"""The pure Python wheels that the browser kernel needs, named with their hashes in a committed lock.

`fetch` downloads what `editor/pyodide/wheels.lock.json` names and nothing else; pip itself verifies
the hashes. `python editor/build/wheels.py --relock` writes the lock anew from the roots below and the
versions that Pyodide's own lock states.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from paths import DEFAULT_CACHE, NPM_PYODIDE, WHEELS_LOCK

# In the boot archive: imported before the first cell runs.
BUILT_IN_ROOTS = ("ipython",)
BUILT_IN_EXTRA = {"comm": "0.2.3"}
# Loaded by the first cell that imports them.
ON_DEMAND_ROOTS = ("micropip", "jedi")
ON_DEMAND_EXTRA = {
    "pygal": ("3.1.3", ["importlib-metadata"], ["pygal"]),
    "importlib-metadata": ("8.7.0", ["zipp"], ["importlib_metadata"]),
    "zipp": ("3.23.0", [], ["zipp"]),
}


class WheelError(RuntimeError):
    """A wheel that the lock names could not be had, or is not what the lock says."""


def read_lock() -> list[dict]:
    return json.loads(WHEELS_LOCK.read_text())["wheels"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(cache: Path = DEFAULT_CACHE) -> Path:
    """Make `cache/wheels` hold every wheel of the lock; return that folder. Offline when it already does."""
    folder = cache / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [w for w in read_lock() if not _is_good(folder / w["file_name"], w["sha256"])]
    if missing:
        requirements = cache / "wheels.txt"
        requirements.write_text(
            "".join(f"{w['name']}=={w['version']} --hash=sha256:{w['sha256']}\n" for w in missing)
        )
        _download(cache, folder, "--require-hashes", "-r", str(requirements))
    for wheel in missing:
        if not _is_good(folder / wheel["file_name"], wheel["sha256"]):
            raise WheelError(f"{wheel['file_name']} is missing or is not the file the lock names.")
    return folder


def _is_good(path: Path, sha256: str) -> bool:
    return path.exists() and digest(path) == sha256


def _download(cache: Path, folder: Path, *what: str) -> None:
    command = [
        *(_pip(cache)),
        "download",
        "--quiet",
        "--no-deps",
        "--ignore-requires-python",
        "--only-binary=:all:",
        "--platform=any",
        f"--dest={folder}",
        *what,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WheelError(
            "The Python packages of the browser kernel could not be downloaded:\n"
            + done.stderr.strip()[-2000:]
        )


def _pip(cache: Path) -> list[str]:
    """pip of this environment, else of a small one of our own (uv's environments have none)."""
    probe = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
    )
    if probe.returncode == 0:
        return [sys.executable, "-m", "pip"]
    own = cache / "pip"
    python = own / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        shutil.rmtree(own, ignore_errors=True)
        venv.create(own, with_pip=True)
    return [str(python), "-m", "pip"]


def _entry(name: str, version: str, built_in: bool, depends: list, imports: list) -> dict:
    return {
        "name": name,
        "version": version,
        "built_in": built_in,
        "depends": depends,
        "imports": imports,
    }


def relock(cache: Path = DEFAULT_CACHE) -> None:
    """Write the lock anew: the closure of the roots in Pyodide's lock, plus the extras."""
    packages = json.loads((NPM_PYODIDE / "pyodide-lock.json").read_text())["packages"]
    entries: dict[str, dict] = {}

    def add(name: str, built_in: bool) -> None:
        name = name.replace("_", "-").lower()
        if name in entries:
            return
        package = packages[name]
        depends = [d.replace("_", "-").lower() for d in package["depends"]]
        entries[name] = _entry(name, package["version"], built_in, depends, package["imports"])
        for depends in package["depends"]:
            add(depends, built_in)

    for root in BUILT_IN_ROOTS:
        add(root, True)
    for name, version in BUILT_IN_EXTRA.items():
        entries[name] = _entry(name, version, True, [], [name])
    for root in ON_DEMAND_ROOTS:
        add(root, False)
    for name, (version, depends, imports) in ON_DEMAND_EXTRA.items():
        entries[name] = _entry(name, version, False, depends, imports)
    folder = cache / "relock"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _download(cache, folder, *(f"{e['name']}=={e['version']}" for e in entries.values()))
    for path in folder.glob("*.whl"):
        name = path.name.split("-")[0].replace("_", "-").lower()
        entries[name] |= {"file_name": path.name, "sha256": digest(path)}
    ordered = [entries[name] for name in sorted(entries)]
    WHEELS_LOCK.write_text(json.dumps({"wheels": ordered}, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--relock", action="store_true", help="write the lock anew")
    if parser.parse_args().relock:
        relock()
    print(fetch())
