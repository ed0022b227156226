"""Makes `.venv` with the locked Python dependencies. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from candyce.launch.stamps import do_stamp, get_hash, is_fresh
from candyce.launch.steps import StepFailed, run, say, step

UV_VERSION = "0.13.8"


# Dependency groups of pyproject.toml, each with those before it.
GROUPS = ("editor", "dev", "bench")


def prepare(root: Path, *, group: str) -> Path:
    """The Python of `.venv`, its dependencies as `uv.lock` has them; exits with a message if it cannot.

    ``group``: the last of ``GROUPS`` that is needed. Groups that are there already are kept.
    """
    venv = root / ".venv"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    inputs = [root / "pyproject.toml", root / "uv.lock"]
    stamps = {name: venv / f".candyce-{name}" for name in GROUPS}
    value = get_hash(inputs)
    if python.exists() and is_fresh(stamps[group], value):
        return python
    try:
        with step("Dépendances Python", "Python dependencies") as current:
            uv = _get_uv(root)
            last = max(i for i, name in enumerate(GROUPS) if name == group or stamps[name].exists())
            wanted = GROUPS[: last + 1]
            options = [part for name in wanted for part in ("--group", name)]
            environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(venv), "UV_NO_PROGRESS": "1"}
            run(
                [uv, "sync", "--locked", "--inexact", "--python", sys.executable, *options],
                cwd=root,
                show=current,
                env=environment,
            )
            for name in wanted:
                do_stamp(stamps[name], value)
    except (StepFailed, OSError, subprocess.SubprocessError) as error:
        sys.exit(
            say(
                f"\nLes dépendances n'ont pas pu être installées. Vérifiez le réseau, puis recommencez.\n{error}",
                f"\nThe dependencies could not be installed. Check the network, then try again.\n{error}",
            )
        )
    return python


def keep_bytecode(root: Path) -> None:
    """Have all Python processes started from here find what was compiled before, in ``var/bytecode``.

    Compiling takes two thirds of each start. Where ``PYTHONDONTWRITEBYTECODE`` is set, as in many containers, it is to
    keep the source folders clean: they stay so.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(root / "var" / "bytecode")


def _get_uv(root: Path) -> Path:
    """uv from the PATH, else the pinned one in a small environment of its own."""
    found = shutil.which("uv")
    if found:
        return Path(found)
    tools = root / "var" / "tools"
    binary = tools / ("Scripts" if os.name == "nt" else "bin")
    uv = binary / ("uv.exe" if os.name == "nt" else "uv")
    if not uv.exists():
        run([sys.executable, "-m", "venv", tools], cwd=root)
        run([binary / "python", "-m", "pip", "install", "-q", f"uv=={UV_VERSION}"], cwd=root)
    return uv
