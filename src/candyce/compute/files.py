"""A tree's files on the disk, for as long as something is executed among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from candyce.compute.sandbox import limits
from candyce.compute.sandbox.scratch import get_scratch
from candyce.projects.blobs import read_blob


@contextmanager
def unpack(tree: dict[str, list]) -> Iterator[Path | None]:
    """A tree's files, its notebooks left out, in a folder that lasts as long as the block; None without any.

    Files beyond ``limits.FILES`` bytes in total are left out, the smallest come first.
    """
    wanted = [
        (entry[1], path, entry[0])
        for path, entry in tree.items()
        if entry[0] and not path.endswith(".ipynb") and ".." not in PurePosixPath(path).parts
    ]
    if not wanted:
        yield None
        return
    with TemporaryDirectory(prefix="copy-", dir=get_scratch()) as name:
        folder, left = Path(name), limits.FILES
        folder.chmod(0o755)
        for size, path, sha256 in sorted(wanted):
            left -= size
            if left < 0:
                break
            target = folder / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(read_blob(sha256))
        yield folder
