"""Where the editor's build reads and writes. Everything generated stays under `var/`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EDITOR = ROOT / "editor"
PYODIDE_SOURCES = EDITOR / "pyodide"
WHEELS_LOCK = PYODIDE_SOURCES / "wheels.lock.json"
HOT_MODULES = PYODIDE_SOURCES / "hot-modules.json"
NODE_MODULES = ROOT / "node_modules"
NPM_PYODIDE = NODE_MODULES / "pyodide"
DEFAULT_OUT = ROOT / "var" / "build" / "editor"
DEFAULT_CACHE = ROOT / "var" / "cache" / "editor"
