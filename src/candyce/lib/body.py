"""A bound on request bodies, before anything reads them.

Django stores a whole body (in memory, then on the disk) before a view or even a middleware sees the
request, so its own limits come too late against somebody who fills the disk.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[..., Awaitable[None]]


def limit_body(application: Application, limit: int) -> Application:
    """The ASGI application, for HTTP requests whose body has at most ``limit`` bytes.

    A declared length over the limit is answered with 413 at once; a body without declared length that
    turns out longer is cut off as if the client had gone.
    """

    async def limited(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if _get_length(scope) > limit:
            await _refuse(send)
            return
        received = 0

        async def counted() -> dict[str, Any]:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return {"type": "http.disconnect"} if received > limit else message

        await application(scope, counted, send)

    return limited


def _get_length(scope: dict[str, Any]) -> int:
    """The declared length; 0 when there is none. The server has refused what is no number."""
    for name, value in scope["headers"]:
        if name.lower() == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"connection", b"close"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"x-content-type-options", b"nosniff"),
    ]
    body = b'{"error": {"code": "too_large", "message": "Trop gros. / Too large.", "fields": {}}}\n'
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
