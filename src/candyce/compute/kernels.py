"""What notebooks run on here: the browser's Python as it is served, and the environments of this server."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from candyce.exercises import format as notebooks

SERVER = "candyce-"  # begins the name of a kernel that is a server environment


@dataclass(frozen=True)
class Kernel:
    """``name``: as people say it. ``lock``: changes when anything of it does."""

    name: str
    lock: str


def get_environment(notebook: Any) -> str:
    """The server environment that a notebook asks for; "" for Python of the browser."""
    name = notebooks.get_kernel(notebook)
    return name.removeprefix(SERVER) if name.startswith(SERVER) else ""


def get_distribution() -> Path | None:
    """The folder of the browser's Python; None before the editor is built."""
    folder = settings.EDITOR_SITE / "pyodide"
    return folder if (folder / "distribution.json").is_file() else None


def get_mirror() -> Path | None:
    """The folder of the packages that the operator mirrored; None without any."""
    return settings.PACKAGES_DIR if (settings.PACKAGES_DIR / "index.json").is_file() else None


def read_packages() -> dict[str, dict[str, Any]]:
    """The lock's entries of all packages that a browser can load here, by name."""
    folder, mirror = get_distribution(), get_mirror()
    found: dict[str, dict[str, Any]] = {}
    if mirror is not None:
        found |= json.loads((mirror / "index.json").read_text())["packages"]
    if folder is not None:
        found |= json.loads((folder / "distribution.json").read_text())["lock"]["packages"]
    return found


def describe_kernel(environment: str = "") -> Kernel | None:
    """What a notebook of this environment ("": the browser's) runs on; None where that is not here."""
    return _describe_server(environment) if environment else _describe_browser()


def _describe_browser() -> Kernel | None:
    folder, mirror = get_distribution(), get_mirror()
    if folder is None:
        return None
    data = (folder / "distribution.json").read_bytes()
    served = json.loads(data)
    digest = hashlib.sha256(data)
    if mirror is not None:
        digest.update((mirror / "index.json").read_bytes())
    version, python = served["version"], served["lock"]["info"]["python"]
    lock = f"pyodide-{version}-{digest.hexdigest()[:12]}"
    return Kernel(f"Python {python} (Pyodide {version})", lock)


def _describe_server(environment: str) -> Kernel | None:
    folder = settings.CANDYCE_ENVIRONMENTS.get(environment)
    if folder is None or not (folder / "bin/python").exists():
        return None
    installed = sorted(path.name for path in folder.glob("lib/python*/site-packages/*.dist-info"))
    try:
        stated = (folder / "pyvenv.cfg").read_text()
    except OSError:
        stated = ""
    version = re.search(r"^version(?:_info)?\s*=\s*([\d.]+)", stated, re.MULTILINE)
    digest = hashlib.sha256("\n".join([stated, *installed]).encode()).hexdigest()[:12]
    name = f"Python {version[1]}" if version else "Python"
    return Kernel(f"{name} ({environment})", f"server-{environment}-{digest}")
