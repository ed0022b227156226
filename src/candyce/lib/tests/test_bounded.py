"""The queue before Django."""

from __future__ import annotations

import asyncio

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse

from candyce.lib import bounded
from candyce.lib.bounded import BoundedHandler


async def test_no_more_requests_are_at_work_than_allowed_and_all_are_served(monkeypatch):
    at_work = most = 0

    async def work(self, request):
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.001)
        at_work -= 1
        return HttpResponse(request)

    monkeypatch.setattr(ASGIHandler, "get_response_async", work)
    handler = BoundedHandler()
    answers = await asyncio.gather(*(handler.get_response_async(str(n)) for n in range(50)))
    assert [answer.content for answer in answers] == [str(n).encode() for n in range(50)]
    assert most == bounded.AT_ONCE
