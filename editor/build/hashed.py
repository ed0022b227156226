"""Content-addressed names: a file whose name holds its hash never changes, so browsers keep it for ever.

A path is immutable when its file name has `.<hash>.` of at least 7 hexadecimal digits, or when a folder
of the path is `<name>-<16 hexadecimal digits>`. The server asks `immutable.json`, which lists them.
"""

import hashlib
import re
import shutil
from pathlib import Path

IMMUTABLE = re.compile(r"\.[0-9a-f]{7,}\.[a-z0-9]+$|-[0-9a-f]{16}/")


def short_hash(*contents: bytes) -> str:
    total = hashlib.sha256()
    for content in contents:
        total.update(content)
    return total.hexdigest()[:16]


def place(source: Path, folder: Path, stem: str | None = None) -> str:
    """Copy `source` into `folder` under a name with its hash; return that name."""
    name = f"{stem or source.stem}.{short_hash(source.read_bytes())}{source.suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / name)
    return name


def is_immutable(path: str) -> bool:
    return IMMUTABLE.search(path) is not None
