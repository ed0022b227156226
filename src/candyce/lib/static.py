"""Static files straight from the event loop, on top of ServeStatic's headers and negotiation.

ServeStatic's own ASGI application opens a thread pool for every file it sends; here small files are read
at once (they are in the page cache) and only large ones cost a hop. Precompressed neighbours
(``x.js.br``, ``x.js.gz``) are chosen by ``Accept-Encoding``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from servestatic.asgi import ServeStaticASGI
from servestatic.responders import Redirect, StaticFile

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

AT_ONCE = 512 * 1024  # bytes read on the event loop in one go
CHUNK = 1024 * 1024
# `name.0123abc.js`, `name-0123abcd.whl`, `0123abcd4567.js`: a hash of seven hexadecimal digits or more
# (JupyterLite's chunks have seven); or a folder `name-` and sixteen of them.
HASHED = re.compile(
    r"(?:^|[./_-])(?=[0-9a-f]*[0-9])[0-9a-f]{7,64}(?=[._-])[^/]*$|-[0-9a-f]{16}/[^/]*$"
)
MIME = {
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".mjs": "text/javascript",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".ipynb": "application/json",
    ".data": "application/octet-stream",
}
_SCRIPT = re.compile(
    rb"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL | re.IGNORECASE
)
_DATA_BLOCK = re.compile(rb"type\s*=\s*[\"']?application/(?:ld\+)?json", re.IGNORECASE)


def get_script_hashes(html: bytes) -> list[str]:
    """CSP sources of a page's inline scripts (CSP level 3, section 2.3.1); data blocks need none."""
    hashes = []
    for found in _SCRIPT.finditer(html):
        attributes, body = found["attributes"], found["body"]
        if body.strip() and b" src=" not in attributes and not _DATA_BLOCK.search(attributes):
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            hashes.append(f"'sha256-{digest}'")
    return hashes


class StaticFiles:
    """Folders under URL prefixes; ``headers(path, url)`` gives further response headers.

    ``fresh`` folders are looked at on every request (they grow while the server runs); the others are
    listed once.
    """

    def __init__(
        self, headers: Callable[[str, str], Mapping[str, str]], *, fresh: bool = False
    ) -> None:
        self._headers = headers
        self._files = ServeStaticASGI(
            None,
            autorefresh=fresh,
            max_age=None,
            allow_all_origins=False,
            mimetypes=MIME,
            immutable_file_test=lambda _path, url: bool(HASHED.search(url)),
            add_headers_function=self._add_headers,
        )
        self._fresh = fresh

    def add(self, root: Path | str, prefix: str) -> None:
        """Serve the folder under the prefix, if it exists."""
        if self._fresh or Path(root).is_dir():
            self._files.add_files(str(root), prefix)

    def _add_headers(self, headers: Headers, path: str, url: str) -> None:
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-cache"  # asked again each time, answered by 304
        for name, value in self._headers(path, url).items():
            headers[name] = value

    def find(self, url: str) -> StaticFile | Redirect | None:
        if self._fresh:
            return self._files.find_file(url)
        return self._files.files.get(url)

    async def serve(self, scope: Scope, send: Send) -> bool:
        """Answer if there is such a file; says whether it did."""
        found = self.find(scope["path"])
        if found is None:
            return False
        await _send_file(found, scope, send)
        return True


async def _send_file(found: StaticFile | Redirect, scope: Scope, send: Send) -> None:
    environ = {
        "HTTP_" + key.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
        for key, value in scope["headers"]
    }
    environ["QUERY_STRING"] = scope.get("query_string", b"").decode("latin-1")
    response = found.get_response(scope["method"], environ)
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
        if value is not None
    ]
    await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
    if response.file is None:
        await send({"type": "http.response.body", "body": b""})
        return
    size = int(dict(response.headers).get("Content-Length") or 0)
    with response.file as file:
        if size <= AT_ONCE:
            await send({"type": "http.response.body", "body": file.read()})
            return
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
