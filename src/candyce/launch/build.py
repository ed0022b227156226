"""Builds what is missing or stale: translations, the portal's assets, the editor's site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from candyce.launch import messages
from candyce.launch.node import prepare_modules, prepare_node
from candyce.launch.stamps import do_stamp, get_hash, is_fresh
from candyce.launch.steps import run, step


def build_messages(root: Path) -> None:
    """Compile the translations that changed."""
    catalogues = sorted((root / "src/candyce").glob("*/locale/*/LC_MESSAGES/*.po"))
    if any(_is_stale(po) for po in catalogues):
        with step("Traductions", "Translations"):
            messages.compile_messages(catalogues)


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    changed = max(path.stat().st_mtime for path in (po, Path(messages.__file__)))
    return not mo.exists() or mo.stat().st_mtime < changed


def build_portal(root: Path, data: Path) -> None:
    """The portal's CSS and JavaScript, into ``data/build/portal``."""
    value = get_hash([root / "frontend/src", root / "frontend/styles", root / "frontend/build.mjs"])
    stamp = data / "build" / "portal.stamp"
    if is_fresh(stamp, value) and (data / "build/portal/portal.css").exists():
        return
    environment = prepare_node(root)
    prepare_modules(root, environment)
    with step("Apparence du portail", "The portal's assets"):
        run(["node", "frontend/build.mjs", data / "build/portal"], cwd=root, env=environment)
        do_stamp(stamp, value)


def build_editor(root: Path, data: Path) -> None:
    """The editor's site, into ``data/build/editor``; its own script knows whether it is stale."""
    script = [sys.executable, "editor/build/build.py", "--out", str(data / "build/editor")]
    cache = ["--cache", str(root / "var/cache/editor")]
    if (
        subprocess.run([*script, "--check"], cwd=root, capture_output=True, check=False).returncode
        == 0
    ):
        return
    environment = prepare_node(root)
    prepare_modules(root, environment)
    with step(
        "Construction de l'éditeur (quelques minutes la première fois)",
        "Building the editor (some minutes the first time)",
    ) as current:
        run([*script, *cache], cwd=root, show=current, env=environment)
