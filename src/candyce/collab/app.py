"""The ASGI application of live documents: ``/collab/<project uuid>/<path of the file>``.

The protocol is described in docs/decisions/live-documents.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from candyce.collab import limits, protocol, rights
from candyce.collab.connection import Closed, Connection
from candyce.collab.hub import Hub, get_hub
from candyce.collab.room import Gone, Room
from candyce.lib.errors import NotFound, TooLarge
from candyce.projects.kinds import NotText
from candyce.projects.notebooks import InvalidNotebook

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
PREFIX = "/collab/"


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection until its end."""
    message = await receive()
    if message["type"] != "websocket.connect":
        return
    target = _read_path(scope["path"])
    if target is None or not _is_ours(scope):
        await send({"type": "websocket.close", "code": 4403})  # before the handshake: HTTP 403
        return
    await send({"type": "websocket.accept", "subprotocol": _choose(scope)})
    hub = get_hub()
    hub.connections += 1
    try:
        await _serve(hub, scope, target, receive, send)
    except Closed as closed:
        with contextlib.suppress(Exception):  # the page may be gone before us
            await send({"type": "websocket.close", "code": closed.code, "reason": closed.reason})
    finally:
        hub.connections -= 1
        hub.left += 1


def _read_path(path: str) -> tuple[uuid.UUID, str] | None:
    project, _slash, name = path.removeprefix(PREFIX).partition("/")
    try:
        return (uuid.UUID(project), name) if name else None
    except ValueError:
        return None


def _get_header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _is_ours(scope: Scope) -> bool:
    """Pages of the editor, or programs (which send no Origin)."""
    origin = _get_header(scope, b"origin")
    return origin.lower() in {"", settings.CANDYCE_EDITOR_URL.lower()}


def _choose(scope: Scope) -> str | None:
    return protocol.SUBPROTOCOL if protocol.SUBPROTOCOL in scope.get("subprotocols", ()) else None


def _get_token(scope: Scope) -> str:
    offered = scope.get("subprotocols", ())
    return next((text[6:] for text in offered if text.startswith("token.")), "")


def _get_language(scope: Scope) -> str:
    for code, _quality in parse_accept_lang_header(_get_header(scope, b"accept-language")):
        with contextlib.suppress(LookupError):
            return translation.get_supported_language_variant(code)
    return settings.LANGUAGE_CODE


async def _enter(
    hub: Hub, scope: Scope, target: tuple[uuid.UUID, str]
) -> tuple[Room, rights.Grant]:
    """Check token and rights, and find the room; raises :class:`Closed`."""
    project_id, path = target
    if hub.connections > limits.CONNECTIONS:
        raise Closed(protocol.CLOSE_FULL, "room_full")
    try:
        token = rights.read_token(_get_token(scope), project_id)
        grant = await hub.threads.run(rights.grant, token)
        room = await hub.open(project_id, path)
    except rights.Refused as refused:
        raise Closed(refused.close_code, refused.reason) from refused
    except (NotFound, Gone) as error:
        raise Closed(protocol.CLOSE_GONE, "not_found") from error
    except InvalidNotebook as error:
        raise Closed(protocol.CLOSE_GONE, error.code) from error
    except NotText as error:
        raise Closed(protocol.CLOSE_NOT_TEXT, error.code) from error
    except TooLarge as error:
        raise Closed(protocol.CLOSE_TOO_BIG, error.code) from error
    if len(room.connections) >= limits.CONNECTIONS_PER_ROOM:
        raise Closed(protocol.CLOSE_FULL, "room_full")
    return room, grant


async def _serve(
    hub: Hub, scope: Scope, target: tuple[uuid.UUID, str], receive: Receive, send: Send
) -> None:
    asked = hub.rings
    try:
        room, grant = await _enter(hub, scope, target)
    except Closed:
        raise
    except Exception as error:
        logger.exception("A live document cannot be opened")
        raise Closed(protocol.CLOSE_LATER, "error") from error
    connection = Connection(grant, room, _get_language(scope))
    try:
        await room.join(connection)
        if hub.rings != asked:  # the bell rang while nobody listened for this connection
            room.start(hub.check([connection]))
        await _talk(connection, receive, send)
    except Gone as error:
        raise connection.closing or Closed(protocol.CLOSE_GONE, "not_found") from error
    finally:
        room.leave(connection)


async def _talk(connection: Connection, receive: Receive, send: Send) -> None:
    """Read and write until either side ends."""
    reader = asyncio.ensure_future(_read(connection, receive))
    writer = asyncio.ensure_future(_write(connection, send))
    try:
        await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (reader, writer):
            if not task.done():
                task.cancel()
        results = await asyncio.gather(reader, writer, return_exceptions=True)
    for result in results:
        if isinstance(result, (Closed, Gone)):
            raise result
        if isinstance(result, Exception):
            if not isinstance(result, (OSError, RuntimeError)) and not _is_gone(result):
                logger.error("A connection failed", exc_info=result)
            raise Closed(protocol.CLOSE_LATER, "error") from result


def _is_gone(error: Exception) -> bool:
    """The servers' own words for "the client has left"."""
    return "disconnect" in type(error).__name__.lower()


async def _read(connection: Connection, receive: Receive) -> None:
    while True:
        event = await receive()
        if event["type"] == "websocket.disconnect":
            return
        data = event.get("bytes")
        if data is None:
            continue  # a text frame says nothing in this protocol
        await _slow_down(connection, len(data))
        await _hear(connection, data)


async def _slow_down(connection: Connection, size: int) -> None:
    """Wait when messages come too fast; the sender waits with us, TCP holds it back."""
    wait = max(connection.updates.take(1), connection.bytes.take(size))
    if wait > 0:
        connection.slowed += wait
        if connection.slowed > 1:
            connection.send_status("too_many")
        await asyncio.sleep(wait)
    elif connection.slowed and connection.updates.is_calm:
        connection.slowed = 0.0
        connection.send_status()


async def _hear(connection: Connection, data: bytes) -> None:
    try:
        message = protocol.read_message(data, largest_presence=limits.AWARENESS)
        if isinstance(message, protocol.Token):
            await _renew(connection, message.text)
        elif message is not None:
            await connection.room.receive(connection, message)
    except protocol.ProtocolError as error:
        logger.warning("Not understood, from %s: %s", connection.user_id, error)
        connection.invalid += 1
        connection.send_status("invalid_update")
        if connection.invalid >= limits.INVALID_UPDATES:
            raise Closed(protocol.CLOSE_POLICY, "invalid_message") from error


async def _renew(connection: Connection, text: str) -> None:
    hub = connection.room.hub
    asked = hub.rings
    try:
        grant = await hub.threads.run(rights.renew, connection.grant, text)
    except rights.Refused as refused:
        raise Closed(refused.close_code, refused.reason) from refused
    hub.take(connection, grant)
    if hub.rings != asked:
        connection.room.start(hub.check([connection]))


async def _write(connection: Connection, send: Send) -> None:
    while True:
        for message in await connection.next_messages():
            await send({"type": "websocket.send", "bytes": message})
