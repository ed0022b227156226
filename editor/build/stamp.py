"""Whether the built site is still what its sources give: a hash over everything that goes in."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from paths import EDITOR, ROOT

FOLDERS = ("src", "style", "build", "pyodide", "site")
FILES = ("package.json", "tsconfig.json")
LOCKS = ("package-lock.json", "uv.lock")
SKIPPED = {"__pycache__", "node_modules"}
NAME = "stamp.json"


def inputs_hash() -> str:
    """Hash of the names and contents of all inputs; dependencies count through their lock files."""
    total = hashlib.sha256()
    for path in _inputs():
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _inputs() -> Iterator[Path]:
    yield from (ROOT / name for name in LOCKS)
    yield from (EDITOR / name for name in FILES)
    for folder in FOLDERS:
        for path in sorted((EDITOR / folder).rglob("*")):
            if path.is_file() and not SKIPPED.intersection(path.parts):
                yield path


def is_fresh(out: Path) -> bool:
    try:
        return json.loads((out / NAME).read_text())["inputs"] == inputs_hash()
    except (OSError, ValueError, KeyError):
        return False


def write(folder: Path, inputs: str) -> None:
    (folder / NAME).write_text(json.dumps({"inputs": inputs}) + "\n")
