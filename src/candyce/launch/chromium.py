"""A Chromium for the end-to-end stories: the PATH's, else Debian's package, else Playwright's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from candyce.launch.debian import find_program, install
from candyce.launch.steps import StepFailed, run, say, step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    return find_program(NAMES)


def _from_debian(root: Path) -> str | None:
    install(root, "Chromium", "chromium", "fonts-dejavu-core", "fonts-noto-color-emoji")
    return find_chromium()


def _from_playwright(root: Path) -> str | None:
    try:
        with step("Chromium (Playwright)", "Chromium (Playwright)") as current:
            run([sys.executable, "-m", "playwright", "install", "chromium"], cwd=root, show=current)
    except StepFailed:
        return None
    script = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    path = answer.stdout.strip()
    return path if path and Path(path).exists() else None


def prepare_chromium(root: Path) -> str:
    """Path of a Chromium; raises :class:`StepFailed` with what to do when none can be had."""
    found = find_chromium() or _from_debian(root) or _from_playwright(root)
    if found is None:
        raise StepFailed(
            say(
                "Aucun Chromium : installez le paquet « chromium » de votre système, puis recommencez.",
                "No Chromium: install your system's `chromium` package, then try again.",
            )
        )
    return found
