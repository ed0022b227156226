"""As much of an HTTP client as a pupil's browser needs: cheap, one connection a request, cookies kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@dataclass
class Browser:
    """Requests go to ``port`` on the loopback; ``host`` is the Host header's name."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, host: str, path: str, **headers: str) -> Answer:
        return await self._ask("GET", host, path, b"", headers)

    async def post(self, host: str, path: str, form: dict[str, str], **headers: str) -> Answer:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await self._ask("POST", host, path, urlencode(form).encode(), headers)

    async def _ask(
        self, method: str, host: str, path: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}:{self.port}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(body)}")
        if self.cookies and host == "localhost":
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            lines.append(f"Cookie: {cookies}")
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        rest = await reader.read()
        writer.close()
        pairs = [line.split(": ", 1) for line in head[1:] if ": " in line]
        answer = Answer(int(head[0].split()[1]), [(k.lower(), v) for k, v in pairs], rest)
        if answer.get("transfer-encoding") == "chunked":
            answer.body = _join_chunks(rest)
        for name, value in answer.headers:
            if name == "set-cookie":
                key, _equals, content = value.split(";", 1)[0].partition("=")
                self.cookies[key] = content
        return answer


def _join_chunks(data: bytes) -> bytes:
    """RFC 9112 section 7.1, without extensions and trailers."""
    body = b""
    while data:
        size, _line, data = data.partition(b"\r\n")
        length = int(size, 16)
        body, data = body + data[:length], data[length + 2 :]
    return body
