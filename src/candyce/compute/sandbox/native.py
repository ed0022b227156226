"""The runner of server environments: Python of this machine, in the same sandbox and with the same two sides.

An environment is a folder with ``bin/python`` (a virtual environment, or a Conda one) that the operator lists.
"""

from __future__ import annotations

import re
from pathlib import Path

from candyce.compute.sandbox.bench import TwoSides
from candyce.compute.sandbox.box import HERE, Box, Program
from candyce.compute.sandbox.forks import ForkServer
from candyce.compute.sandbox.runner import NoEnvironment, name_runner


class NativePython:
    """Each copy has two processes, both started anew."""

    has_packages = False  # what the environment has is there without being loaded

    def __init__(self, environment: str, folder: Path) -> None:
        self.name = name_runner(environment)
        self._folder = folder
        self._shown = find_parts(folder)

    def open_bench(
        self, author: list[dict[str, str]], files: Path | None = None, folder: str = ""
    ) -> TwoSides:
        return TwoSides(self, author, files, folder)

    def start(self, role: str) -> Box:
        shown = {**self._shown, "/python": HERE / "python"}
        command = (str(self._folder / "bin/python"), "-IB", "/python/candyce_native.py", role)
        return Box(Program(command, shown, folders=("/drive",), native=True))

    def start_server(self, role: str) -> ForkServer | None:
        return None

    def stop_dividing(self) -> None:
        return


def find_parts(folder: Path) -> dict[str, Path]:
    """The folders that an environment consists of, by their places; raises :class:`NoEnvironment`.

    A virtual environment knows the Python it was made from by its absolute path, so all stand inside
    where they stand outside.
    """
    python = folder / "bin/python"
    if not folder.is_absolute() or not python.is_file():
        raise NoEnvironment(f"{python} is missing")
    parts = {folder, python.resolve().parent.parent}
    try:
        settings = (folder / "pyvenv.cfg").read_text()
    except OSError:
        settings = ""
    home = re.search(r"^home\s*=\s*(/\S.*?)\s*$", settings, re.MULTILINE)
    if home:
        parts |= {Path(home[1]).parent, Path(home[1]).resolve().parent}
    return {str(part): part for part in sorted(parts) if not _is_shown(part)}


def _is_shown(part: Path) -> bool:
    """Whether every sandbox has it; the root itself is nobody's environment."""
    return part == Path("/") or part.is_relative_to("/usr")
