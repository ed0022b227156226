"""Programs that are no Python packages: from the PATH, else from Debian's packages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from candyce.launch.steps import StepFailed, run, step


def find_program(names: Iterable[str]) -> str | None:
    """The first of these programs that is on the PATH."""
    return next((found for name in names if (found := shutil.which(name))), None)


def install(root: Path, title: str, *packages: str) -> None:
    """Install Debian's packages where that is possible (as root, with apt); else do nothing."""
    if os.name == "nt" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    french, english = f"{title} (paquet Debian)", f"{title} (Debian's package)"
    try:
        with step(french, english) as current:
            run(["apt-get", "update", "-q"], cwd=root, show=current, env=environment)
            command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
            run(command, cwd=root, show=current, env=environment)
    except StepFailed:
        return
