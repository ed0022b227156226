"""Bubblewrap, in which pupils' code is marked. Without it marking refuses, and everything else works."""

from __future__ import annotations

from pathlib import Path

from candyce.launch.debian import find_program, install


def prepare_bubblewrap(root: Path) -> bool:
    """Install Debian's package where it is missing and that is possible; gives whether it is there."""
    if find_program(("bwrap",)) is None:
        install(root, "Bubblewrap", "bubblewrap")
    return find_program(("bwrap",)) is not None


def try_once(root: Path, data: Path) -> None:
    """The same at a start, tried once for an installation: a server without a network must not wait each time."""
    tried = data / "marking" / ".tried"
    if not tried.exists():
        tried.parent.mkdir(parents=True, exist_ok=True)
        tried.touch()
        prepare_bubblewrap(root)
