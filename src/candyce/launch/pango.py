"""Pango, which lays out the letters of PDFs. Without it PDFs are refused, and everything else works."""

from __future__ import annotations

import ctypes.util
from pathlib import Path

from candyce.launch.debian import install

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "fonts-dejavu-core")


def is_there() -> bool:
    """Whether the libraries are found that WeasyPrint loads."""
    return all(map(ctypes.util.find_library, ("pango-1.0", "pangoft2-1.0")))


def prepare_pango(root: Path) -> bool:
    """Install Debian's packages where they are missing and that is possible; gives whether they are there."""
    if not is_there():
        install(root, "Pango", *PACKAGES)
    return is_there()


def try_once(root: Path, data: Path) -> None:
    """The same at a start, tried once for an installation: a server without a network must not wait each time."""
    tried = data / "pdf" / ".tried"
    if not tried.exists():
        tried.parent.mkdir(parents=True, exist_ok=True)
        tried.touch()
        prepare_pango(root)
