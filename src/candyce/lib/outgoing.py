"""The one client for requests to other sites (DESIGN section 5).

Addresses that people type, or that stand in what they write, are asked through here and no other way:
public addresses of http and https only, unless the operator lists a host in ``CANDYCE_OUTGOING_HOSTS``; no
cookies, no credentials, no proxy but the operator's; few redirects, each checked like the first; a bound on
time and on bytes, also after decompression.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import urllib3
from django.conf import settings
from urllib3 import exceptions

from candyce.lib.guarded_net import CHUNK, Guard, make_pool
from candyce.lib.outgoing_errors import (
    BadAnswer,
    CertificateRefused,
    OutgoingError,
    TooManyRedirects,
    TooMuch,
    TooSlow,
    Unreachable,
    UrlRefused,
)

REDIRECTS = 4
HEADERS_LIMIT = 64 * 1024  # bytes of one answer's headers
OVERHEAD = 256 * 1024  # bytes on the wire that are no content: headers, chunks, redirects


@dataclass(frozen=True)
class Answer:
    """What a site answered. ``url``: after redirects; ``headers`` in lower case; ``cut``: there was more."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    cut: bool = False


def fetch(url: str, *, seconds: float = 20, size: int = 10 * 2**20, cut: bool = False) -> Answer:
    """Ask ``url`` (``GET``) and return the answer, whatever its status.

    ``seconds`` for everything together; ``size`` in bytes of the decoded content: beyond it
    :class:`TooMuch`, or with ``cut`` what came until then. Raises an :class:`OutgoingError`.
    """
    guard = Guard(
        hosts=settings.CANDYCE_OUTGOING_HOSTS,
        schemes=("https", "http"),
        seconds=seconds,
        size=size + OVERHEAD,
    )
    pool = make_pool(guard, redirects=REDIRECTS, proxy=settings.CANDYCE_OUTGOING_PROXY)
    wanted = {"User-Agent": "Candyce", "Accept-Encoding": "gzip, deflate"}
    with say_why(guard), pool:
        response = pool.request("GET", url, headers=wanted, preload_content=False)
        try:
            return _read(response, guard, size, cut=cut)
        finally:
            response.close()


def _read(response: urllib3.BaseHTTPResponse, guard: Guard, size: int, *, cut: bool) -> Answer:
    fields = {name.lower(): value for name, value in response.headers.items()}
    if sum(len(name) + len(value) for name, value in fields.items()) > HEADERS_LIMIT:
        raise BadAnswer(host=guard.host)
    content = bytearray()
    over = False
    while not over:
        # Asked in small pieces, a compressed answer is also expanded in small pieces.
        try:
            chunk = response.read(CHUNK, decode_content=True)
        except TooMuch:
            if not cut:
                raise
            over = True
            break
        if not chunk:
            break
        content += chunk
        over = len(content) > size
    if over and not cut:
        raise TooMuch(host=guard.host, limit=max(1, size // 2**20))
    return Answer(guard.url, response.status, fields, bytes(content[:size]), cut=over)


@contextmanager
def say_why(guard: Guard) -> Iterator[None]:
    """Turn urllib3's errors into ours."""
    try:
        yield
    except (exceptions.HTTPError, ssl.SSLError, OSError, ValueError) as error:
        raise name_error(error, guard) from error


_KINDS: tuple[tuple[tuple[type[BaseException], ...], type[OutgoingError]], ...] = (
    ((exceptions.ProxyError, exceptions.NewConnectionError), Unreachable),
    ((exceptions.SSLError, ssl.SSLError), CertificateRefused),
    ((exceptions.TimeoutError, TimeoutError), TooSlow),
    ((exceptions.ResponseError,), TooManyRedirects),
    ((exceptions.LocationValueError, exceptions.URLSchemeUnknown), UrlRefused),
)


def name_error(error: BaseException, guard: Guard) -> OutgoingError:
    """Our error for one of urllib3's."""
    if isinstance(error, exceptions.MaxRetryError):
        error = error.reason or error
    kind = next((ours for theirs, ours in _KINDS if isinstance(error, theirs)), BadAnswer)
    return kind(host=guard.host)
