"""A stamp is the hash of a step's inputs: when it has not changed, the step is left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def get_hash(paths: Iterable[Path], *extra: str) -> str:
    """Hash of the names and contents of files (folders are walked) and of ``extra`` strings."""
    digest = hashlib.sha256("\0".join(extra).encode())
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def is_fresh(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


def do_stamp(stamp: Path, value: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value)
