"""Bodies are bounded before anyone reads them, whatever length they declare."""

from __future__ import annotations

import asyncio

import pytest

from candyce.lib.body import limit_body


async def read_all(scope, receive, send):
    """Reads the body as Django does, then answers with its length."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


def post(chunks, length=None):
    """What the application (at most 10 bytes) answers: status and body, or None for nothing."""
    headers = [] if length is None else [(b"Content-Length", length)]
    messages = [
        {"type": "http.request", "body": chunk, "more_body": n < len(chunks) - 1}
        for n, chunk in enumerate(chunks)
    ]
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(limit_body(read_all, 10)({"headers": headers}, receive, send))
    return (sent[0]["status"], sent[1]["body"], len(messages)) if sent else None


def test_a_body_within_the_limit_passes():
    assert post([b"12345", b"67890"], b"10") == (200, b"10", 0)
    assert post([b""]) == (200, b"0", 0)


def test_a_declared_length_over_the_limit_is_refused_unread():
    status, body, unread = post([b"x" * 11], b"11")
    assert (status, unread) == (413, 1)
    assert b"too_large" in body


@pytest.mark.parametrize("length", [None, b"5", b"nonsense"])
def test_a_body_longer_than_it_says_is_cut_off(length):
    assert post([b"x" * 6, b"x" * 6, b"x" * 6], length) is None
