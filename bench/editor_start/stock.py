"""A stock JupyterLite site with its Pyodide kernel, everything self-hosted, as its documentation says."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parents[2]
NPM = ROOT / "node_modules" / "pyodide"
WHEELS = ROOT / "var" / "cache" / "editor" / "wheels"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")


def build(folder: Path, notebook: dict) -> Path:
    """Build the site below `folder`, with `lesson.ipynb` among its files; return its place."""
    folder.mkdir(parents=True)
    comm = next(WHEELS.glob("comm-*.whl"))
    config = {
        "LiteBuildConfig": {"apps": ["notebooks"], "no_sourcemaps": True},
        # npm's Pyodide lacks comm, which the kernel would otherwise ask a public index for
        "PipliteAddon": {"piplite_urls": [str(comm)]},
    }
    (folder / "jupyter_lite_config.json").write_text(json.dumps(config))
    kernel = {"pyodideUrl": "./static/pyodide/pyodide.mjs", "disablePyPIFallback": True}
    settings = {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}
    data = {"litePluginSettings": settings, "contentsAllJsonFile": "all.json"}
    lite = {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}
    (folder / "jupyter-lite.json").write_text(json.dumps(lite))
    out = folder / "out"
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", str(out)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    _copy_pyodide(out / "static" / "pyodide")
    _add_notebook(out, notebook)
    return out


def _add_notebook(site: Path, notebook: dict) -> None:
    """What the build's own `contents` step writes (it wants a whole Jupyter Server for that)."""
    text = json.dumps(notebook)
    (site / "files").mkdir(exist_ok=True)
    (site / "files" / "lesson.ipynb").write_text(text)
    now = "2026-01-01T00:00:00Z"
    common = {"created": now, "last_modified": now, "writable": True, "mimetype": None}
    listed = common | {"name": "lesson.ipynb", "path": "lesson.ipynb", "size": len(text)}
    listed |= {"type": "notebook", "format": None, "content": None, "hash": None}
    root = common | {"name": "", "path": "", "size": None, "hash": None}
    root |= {"type": "directory", "format": "json", "content": [listed]}
    (site / "api" / "contents").mkdir(parents=True, exist_ok=True)
    (site / "api" / "contents" / "all.json").write_text(json.dumps(root))


def _copy_pyodide(place: Path) -> None:
    """npm's Pyodide, with the wheels its lock names and their hashes (the registry's files differ)."""
    place.mkdir(parents=True)
    for name in CORE:
        shutil.copyfile(NPM / name, place / name)
    lock = json.loads((NPM / "pyodide-lock.json").read_text())
    for entry in lock["packages"].values():
        wheel = WHEELS / entry["file_name"]
        if wheel.exists():
            shutil.copyfile(wheel, place / wheel.name)
            entry["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (place / "pyodide-lock.json").write_text(json.dumps(lock))


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
    }

    def log_message(self, *_: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A browser that is closed hangs up: nothing to report."""


def serve(site: Path) -> ThreadingHTTPServer:
    """Serve the folder as a plain static server does (validation by date, no compression)."""
    server = _Server(("127.0.0.1", 0), partial(_Handler, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    return server
