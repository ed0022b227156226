"""The one ASGI application: static editor, live documents, and Django for the rest.

The Host decides between the two origins (see ``candyce.lib.origins``); the path decides within one.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candyce.settings")

import django

django.setup(set_prefix=False)

# Django must be set up before the rooms are imported.
from django.apps import apps
from django.conf import settings

from candyce.collab import app as collab
from candyce.collab.hub import close_hub, get_hub
from candyce.lib.body import limit_body
from candyce.lib.bounded import BoundedHandler
from candyce.lib.editor_worker import EditorWorker, vary_on_workers
from candyce.lib.memory import calm_collector, use_one_arena
from candyce.lib.origins import is_editor_host, is_portal_host
from candyce.lib.static import StaticFiles, get_script_hashes
from candyce.web.checks import refuse_unsafe_start

refuse_unsafe_start()
use_one_arena()

# A form's own words come on top of the largest upload.
django_application = limit_body(BoundedHandler(), settings.UPLOAD_LIMIT + settings.MEGABYTE)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def get_editor_policy(scripts: list[str]) -> str:
    """The Content-Security-Policy of the editor's pages and workers.

    A worker is bound by the policy of its own script, so every file carries it. JupyterLab sets styles
    from code; Pyodide compiles WebAssembly and the editor's libraries make functions from strings.
    """
    parts = urlsplit(settings.CANDYCE_EDITOR_URL)
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    hosts = " ".join(settings.EDITOR_CONNECT_HOSTS)
    return "; ".join(
        (
            "default-src 'none'",
            f"connect-src 'self' {socket} data: blob: {hosts}".rstrip(),
            " ".join(["script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'", *scripts]),
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            f"img-src 'self' data: blob: {hosts}".rstrip(),
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "frame-src 'self' data: blob:",
            "manifest-src 'self'",
            "form-action 'none'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
        )
    )


def _get_editor_headers(path: str, _url: str) -> dict[str, str]:
    scripts = get_script_hashes(Path(path).read_bytes()) if path.endswith(".html") else []
    return ISOLATION | {"Content-Security-Policy": get_editor_policy(scripts)}


def _get_portal_headers(_path: str, _url: str) -> dict[str, str]:
    return {
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }


def _make_editor_site() -> list[StaticFiles]:
    packages = StaticFiles(_get_editor_headers, fresh=True)
    packages.add(settings.PACKAGES_DIR, "/edit/packages/")
    site = StaticFiles(_get_editor_headers, fresh=settings.DEBUG)
    site.add(settings.EDITOR_SITE, "/edit/")
    # the mirror's index stands over the empty one that the build leaves
    return [packages, site]


def _make_portal_site() -> list[StaticFiles]:
    site = StaticFiles(_get_portal_headers, fresh=settings.DEBUG)
    prefix = settings.STATIC_URL
    # Later folders win: what a build or `collectstatic` made stands over the sources.
    for config in reversed(list(apps.get_app_configs())):
        site.add(Path(config.path) / "static", prefix)
    for folder in [*settings.STATICFILES_DIRS, settings.STATIC_ROOT]:
        site.add(folder, prefix)
    return [site]


class Application:
    """Dispatches by kind of connection, host and path. ``editor`` and ``portal`` are made at first use."""

    def __init__(self) -> None:
        self._sites: dict[str, list[StaticFiles]] = {}
        self._worker = EditorWorker(
            Path(settings.EDITOR_SITE),
            Path(settings.PACKAGES_DIR),
            _get_editor_headers,
            days=settings.CANDYCE_OFFLINE_DAYS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            await self._http(scope, receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        elif kind == "lifespan":
            await self._lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        host, path = _get_host(scope), scope["path"]
        if is_editor_host(host):
            send = vary_on_workers(send)
            if await self._worker.serve(scope, send):
                return
        if path.startswith("/edit") and is_editor_host(host):
            await self._editor_page(scope, receive, send)
            return
        if path.startswith(settings.STATIC_URL) and is_portal_host(host):
            for site in self._get_sites("portal"):
                if await site.serve(scope, send):
                    return
        await django_application(scope, receive, send)

    async def _editor_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith("/"):
            scope = scope | {"path": scope["path"] + "index.html"}
        for site in self._get_sites("editor"):
            if await site.serve(scope, send):
                return
        await django_application(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = _get_host(scope)
        if is_editor_host(host) and scope["path"].startswith(collab.PREFIX):
            await collab.application(scope, receive, send)
            return
        await receive()
        known = is_editor_host(host) or is_portal_host(host)
        await _deny(scope, send, 404 if known else 400)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._get_sites("editor")
                self._get_sites("portal")
                if settings.CANDYCE_REDIS_URL:
                    get_hub()  # hears the other processes from the beginning
                calm_collector()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await close_hub()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _get_sites(self, name: str) -> list[StaticFiles]:
        if name not in self._sites:
            self._sites[name] = _make_editor_site() if name == "editor" else _make_portal_site()
        return self._sites[name]


def _get_host(scope: Scope) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == b"host"), "")


async def _deny(scope: Scope, send: Send, status: int) -> None:
    if "websocket.http.response" in scope.get("extensions", {}):
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await send(
            {"type": "websocket.http.response.body", "body": b"Candyce does not answer here.\n"}
        )
    else:
        await send({"type": "websocket.close"})


application = Application()
