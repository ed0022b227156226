"""Django behind a bounded queue: so many requests at work at once, the others wait their turn.

Without a bound, a school that signs in at eight o'clock gives every request a thread and a database
connection of its own: they fight over one interpreter and over SQLite's one writer, which is not fair, and
the unlucky ones fail. In a queue everyone is served, in order.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

AT_ONCE = 6


class BoundedHandler(ASGIHandler):
    """Bounds the work between the request's body (read before) and its response (sent after)."""

    def __init__(self) -> None:
        super().__init__()
        self._slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        loop = asyncio.get_running_loop()
        slots = self._slots.get(loop)
        if slots is None:
            slots = self._slots[loop] = asyncio.Semaphore(AT_ONCE)
        async with slots:
            return await super().get_response_async(request)
