"""The editor's service worker script, and the rule that it is the only one of its origin.

Notebooks run on the editor's origin. A worker script registered by one of them would see the requests of
all, so the browser's mark on such a request (``Service-Worker: script``, which no page can leave out) is
refused everywhere but here. The script names what a browser may keep: each file's SHA-256 as built, and the
headers with which it may be given out again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

PATH = "/edit/sw.js"
GONE = b"""self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) { await caches.delete(name); }
  await self.registration.unregister();
})()));
"""

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class EditorWorker:
    """``/edit/sw.js``: built code behind what the built site, the mirror and the settings say.

    ``headers`` gives the response headers of a file by its path. ``days``: 0 serves a script that
    takes itself and all caches away.
    """

    def __init__(
        self,
        site: Path,
        packages: Path,
        headers: Callable[[str, str], Mapping[str, str]],
        *,
        days: int,
    ) -> None:
        self._site, self._packages, self._headers, self._days = site, packages, headers, days
        self._made: tuple[object, bytes] | None = None

    async def serve(self, scope: Scope, send: Send) -> bool:
        """Answer the script's address, and refuse every other script as a service worker."""
        asked = dict(scope["headers"]).get(b"service-worker") == b"script"
        if scope["path"] != PATH:
            if asked:
                await _answer(send, 403, b"Not a service worker.\n", {"Content-Type": "text/plain"})
            return asked
        body = self._get_script()
        headers = dict(self._headers("sw.js", PATH)) | {
            "Content-Type": "text/javascript; charset=utf-8",
            "Cache-Control": "no-cache",
        }
        await _answer(send, 200, body, headers, send_body=scope["method"] != "HEAD")
        return True

    def _get_script(self) -> bytes:
        state = tuple(_get_state(path) for path in self._inputs())
        if self._made is None or self._made[0] != state:
            self._made = (state, self._make())
        return self._made[1]

    def _inputs(self) -> tuple[Path, Path, Path]:
        return (
            self._site / "service.js",
            self._site / "offline.json",
            self._packages / "index.json",
        )

    def _make(self) -> bytes:
        code, facts, index = self._inputs()
        if self._days <= 0 or not code.exists() or not facts.exists():
            return GONE
        build = json.loads(facts.read_text())
        build["files"] |= _get_packages(
            index if index.exists() else self._site / "packages" / "index.json"
        )
        build["first"] = [*build["first"], "packages/index.json"]
        page = self._site / "notebooks" / "index.html"
        build["page"] = dict(self._headers(str(page), ""))
        build["file"] = dict(self._headers("file.js", ""))
        text = json.dumps(build, separators=(",", ":"), sort_keys=True)
        build["version"] = hashlib.sha256(text.encode()).hexdigest()[:16]
        text = json.dumps(build, separators=(",", ":"), sort_keys=True)
        return b"self.CANDYCE=" + text.encode() + b";\n" + code.read_bytes()


def _get_packages(index: Path) -> dict[str, str]:
    """The mirrored packages by the hashes of the lock that the operator chose, and that lock's own."""
    data = index.read_bytes()
    files = {
        f"packages/{entry['file_name']}": entry["sha256"]
        for entry in json.loads(data).get("packages", {}).values()
        if "/" not in entry["file_name"]
    }
    return files | {"packages/index.json": hashlib.sha256(data).hexdigest()}


def _get_state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


async def _answer(
    send: Send, status: int, body: bytes, headers: Mapping[str, str], *, send_body: bool = True
) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body if send_body else b""})


def vary_on_workers(send: Send) -> Send:
    """A script in the browser's cache must not become a service worker without being asked for again."""

    async def wrapped(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [(k, v) for k, v in message["headers"] if k.lower() != b"vary"]
            old = [v for k, v in message["headers"] if k.lower() == b"vary"]
            headers.append((b"vary", b", ".join([*old, b"Service-Worker"])))
            message = message | {"headers": headers}
        await send(message)

    return wrapped
