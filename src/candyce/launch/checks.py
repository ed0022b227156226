"""`./candyce check`: every static check; each stands alone so that one failure does not hide the next."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from candyce.launch.build import build_messages
from candyce.launch.node import prepare_modules, prepare_node
from candyce.launch.steps import say

Check = tuple[str, list[str]]


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def get_checks() -> list[Check]:
    """Name and command of each check."""
    python = sys.executable
    return [
        ("ruff", [_tool("ruff"), "check", "."]),
        ("ruff format", [_tool("ruff"), "format", "--check", "."]),
        ("import layers", [_tool("lint-imports"), "--no-cache"]),
        ("types (mypy)", [_tool("mypy")]),
        ("templates (djlint)", [_tool("djlint"), "src/candyce", "--lint", "--quiet"]),
        ("django", [python, "-m", "django", "check", "--fail-level", "WARNING"]),
        ("migrations", [python, "-m", "django", "makemigrations", "--check", "--dry-run"]),
        ("lock", ["uv", "lock", "--check"]),
        ("typescript", ["npm", "run", "check", "--workspaces", "--if-present"]),
    ]


def main(root: Path, arguments: list[str]) -> int:
    """Run the checks (or those named); returns 0 when all pass."""
    build_messages(root)
    environment = prepare_node(root)
    prepare_modules(root, environment)
    from candyce.launch.environment import _get_uv

    environment["PATH"] = f"{_get_uv(root).parent}{os.pathsep}{environment['PATH']}"
    failed = []
    for name, command in get_checks():
        if arguments and not any(word in name for word in arguments):
            continue
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        good = done.returncode == 0
        print(f" {'✓' if good else '✗'} {name}  ({time.monotonic() - started:.1f} s)", flush=True)
        if not good:
            failed.append(name)
            print((done.stdout + done.stderr)[-6000:], flush=True)
    if failed:
        print(say("\nÀ corriger : ", "\nTo mend: ") + ", ".join(failed))
    return 1 if failed else 0
