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
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "lesson.ipynb").write_text(json.dumps(notebook))
    comm = next(WHEELS.glob("comm-*.whl"))
    config = {
        "LiteBuildConfig": {"contents": ["files"], "apps": ["notebooks"], "no_sourcemaps": True},
        # npm's Pyodide lacks comm, which the kernel would otherwise ask a public index for
        "PipliteAddon": {"piplite_urls": [str(comm)]},
    }
    (folder / "jupyter_lite_config.json").write_text(json.dumps(config))
    kernel = {"pyodideUrl": "./static/pyodide/pyodide.mjs", "disablePyPIFallback": True}
    settings = {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}
    lite = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {"litePluginSettings": settings},
    }
    (folder / "jupyter-lite.json").write_text(json.dumps(lite))
    out = folder / "out"
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", str(out)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    _copy_pyodide(out / "static" / "pyodide")
    return out


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


def serve(site: Path) -> ThreadingHTTPServer:
    """Serve the folder as a plain static server does (validation by date, no compression)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    return server
