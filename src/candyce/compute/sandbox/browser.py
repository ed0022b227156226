"""The runner of ordinary projects: the Pyodide that the editor serves, in Node, in a sandbox."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from candyce.compute.sandbox import limits
from candyce.compute.sandbox.bench import TwoSides
from candyce.compute.sandbox.box import HERE, Box, NoSandbox, Program
from candyce.compute.sandbox.forking import make_library
from candyce.compute.sandbox.forks import ForkServer
from candyce.compute.sandbox.seccomp import make_filter


class BrowserPython:
    """See docs/decisions/trusted-marking.md. ``cache``: where its snapshot is kept."""

    name = "browser-python"

    def __init__(
        self, pyodide: Path, cache: Path, packages: Path | None = None, *, divides: bool = True
    ) -> None:
        self._pyodide, self._cache = pyodide, cache
        self._packages = packages if packages and (packages / "index.json").exists() else None
        strict = make_filter()
        self._library = make_library(strict) if divides and strict else None

    def open_bench(
        self, author: list[dict[str, str]], files: Path | None = None, folder: str = ""
    ) -> TwoSides:
        return TwoSides(self, author, files, folder)

    @property
    def has_packages(self) -> bool:
        return self._packages is not None

    def start(self, role: str) -> Box:
        """A process for one copy."""
        return Box(self._make_program(role))

    def start_server(self, role: str) -> ForkServer | None:
        """A process that is divided for each copy; None where that cannot be done.

        Nor is it where packages are loaded, which wants threads that a part does not have.
        """
        library = self._library  # another thread may stop dividing meanwhile
        if library is None or self.has_packages:
            return None
        return ForkServer(self._make_program(role, library))

    def stop_dividing(self) -> None:
        self._library = None

    def _make_program(self, role: str, library: bytes | None = None) -> Program:
        shown = {
            "/pyodide": self._pyodide,
            "/worker": HERE / "node",
            "/python": HERE / "python",
        }
        command = show_node(shown)
        if role != "make":
            shown["/snapshot"] = self.get_snapshot()
        if self._packages is not None:
            shown["/packages"] = self._packages
        flags = [f"--wasm-max-mem-pages={limits.PYTHON_PAGES}", "--max-old-space-size=256"]
        if library is not None:
            shown["/fork.node"] = self._store_library(library)
            flags.append("--single-threaded")  # other threads would be missing in the parts
        else:
            # Compiled by the quick compiler when it is called first, and again only where it is hot:
            # most copies end before.
            flags.append("--wasm-tiering-budget=50000000")
        more = ["divides"] if library is not None else []
        return Program((command, *flags, "/worker/worker.mjs", role, *more), shown)

    def get_snapshot(self) -> Path:
        """The memory of a started interpreter; made once for each version of Pyodide and of this room."""
        digest = hashlib.sha256((self._pyodide / "package.json").read_bytes())
        for path in sorted([*(HERE / "node").glob("*.mjs"), *(HERE / "python").glob("*.py")]):
            digest.update(path.read_bytes())
        path = self._cache / f"python-{digest.hexdigest()[:16]}.snapshot"
        if not path.exists():
            data = Box(self._make_program("make")).read_all(time.monotonic() + 60)
            self._keep(path, data)
        return path

    def _store_library(self, library: bytes) -> Path:
        path = self._cache / f"fork-{hashlib.sha256(library).hexdigest()[:16]}.node"
        if not path.exists():
            self._keep(path, library)
        return path

    def _keep(self, path: Path, data: bytes) -> None:
        """Write a file of the cache, whole or not at all, in place of those of other versions."""
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._cache, delete=False) as target:
            target.write(data)
        os.replace(target.name, path)
        for old in self._cache.glob(f"{path.stem.split('-')[0]}-*{path.suffix}"):
            if old != path:
                old.unlink(missing_ok=True)


def find_node() -> Path:
    program = shutil.which("node")
    if program is None:
        raise NoSandbox("node is not installed")
    return Path(program).resolve()


def show_node(shown: dict[str, Path]) -> str:
    """Where Node stands inside; it is added to what is shown where every sandbox has it not."""
    node = find_node()
    if node.is_relative_to("/usr"):
        return str(node)
    shown["/node"] = node
    return "/node"
