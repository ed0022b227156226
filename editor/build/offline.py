"""What the editor's service worker must know: every file's SHA-256, and which ones a notebook needs.

Writes `offline.json` (`version`, `files`, `first`) into the site, beside the bundled `service.js`; the
server joins the two, with its own headers, into `/edit/sw.js`.
"""

import hashlib
import json
import re
from pathlib import Path

from paths import EDITOR

NAME = "offline.json"
SCRIPT = "service.js"
# Files that no page asks for, or that the server changes while it runs.
LEFT_OUT = re.compile(
    r"\.(br|map|LICENSE\.txt)$|^(immutable|stamp|offline)\.json$|^service\.js$"
    r"|upstream-lock\.json$|third-party-licenses\.json$|^packages/"
)
# Chunks that JupyterLab loads once a notebook stands there and is used; by name, as seen in a browser.
LATE_CHUNKS = EDITOR / "site" / "offline-chunks.json"


def write(site: Path) -> None:
    paths = sorted(str(p.relative_to(site)) for p in site.rglob("*") if p.is_file())
    files = {path: _hash(site / path) for path in paths if not LEFT_OUT.search(path)}
    first = sorted(_get_first(site, files))
    version = hashlib.sha256(json.dumps([files, first]).encode()).hexdigest()[:16]
    content = {"version": version, "files": files, "first": first}
    (site / NAME).write_text(json.dumps(content, separators=(",", ":")) + "\n")


def _get_first(site: Path, files: dict[str, str]) -> set[str]:
    """A notebook's page, what that page names, Python, and the chunks that come with use."""
    page = (site / "notebooks" / "index.html").read_text()
    named = {path for path in files if f"/edit/{path}" in page}
    wanted = [
        r"notebooks/index\.html",
        r"favicon\.",
        r"extensions/",
        r"api/translations/",
        r"build/schemas/all",
        r"build/themes/@jupyterlab/theme-(light|dark)-extension/",
        r"pyodide/(core-|boot\.|rest\.|kernel-worker)",
    ]
    matching = {path for path in files if any(re.match(w, path) for w in wanted)}
    late = {f"build/{name}" for name in json.loads(LATE_CHUNKS.read_text())}
    return named | matching | (late & files.keys())


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
