"""Connections that go only where the operator lets them: what ``outgoing`` and the git import stand on.

A name is resolved once, here, and the socket is opened to an address that was looked at: an answer of the
name server that changes between the look and the use (DNS rebinding) changes nothing. Every byte read from
the network passes a meter that knows the total time and the total size.

Sources: IANA special-purpose address registries (RFC 6890); RFC 6052 (NAT64), RFC 4380 (Teredo), RFC 3056
(6to4): IPv6 addresses in which an IPv4 address, possibly a private one, is hidden.
"""

from __future__ import annotations

import http.client
import io
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import LocationParseError
from urllib3.util import Retry, Timeout, Url, make_headers, parse_url

from candyce.lib.outgoing_errors import (
    AddressRefused,
    TooMuch,
    TooSlow,
    UnknownHost,
    Unreachable,
    UrlRefused,
)

PORTS = {"https": 443, "http": 80}
URL_LIMIT = 2000  # characters
STALL = 15.0  # seconds without a byte
CHUNK = 64 * 1024
# Blanks, control characters, backslashes (which browsers read as slashes) and the sign of user info.
_STRANGE = re.compile(r"[\s\x00-\x1f\x7f\\]|^[^/]*//[^/?#]*@")
_HIDDEN = tuple(
    ip_network(text)
    for text in (
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
        *("fec0::/10", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15"),
    )
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of the public Internet, and no other address in disguise."""
    if any(address.version == net.version and address in net for net in _HIDDEN):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    )


class Guard:
    """What one job may do on the network: which hosts besides the public ones, for how long, how much.

    ``hosts``: ``name`` or ``name:port``, those that may be private or stand on that port. ``seconds`` and
    ``size`` (bytes read) are for everything done with this guard together.
    """

    def __init__(
        self, *, hosts: Iterable[str] = (), schemes: Iterable[str], seconds: float, size: int
    ) -> None:
        self.hosts = frozenset(host.lower() for host in hosts)
        self.schemes = frozenset(schemes)
        self.seconds, self.size = seconds, size
        self.read = 0
        self.host = self.url = ""  # of the last request
        self._end = time.monotonic() + seconds

    def get_time(self) -> float:
        """Seconds that the next wait may last; raises :class:`TooSlow` when none are left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlow(host=self.host)
        return min(left, STALL)

    def count(self, size: int) -> None:
        """Note bytes that came; raises :class:`TooMuch`."""
        self.read += size
        if self.read > self.size:
            raise TooMuch(host=self.host, limit=max(1, self.size // 2**20))

    def is_listed(self, host: str, port: int) -> bool:
        """Whether the operator named this host: with the port, or without for the usual ports."""
        return f"{host}:{port}" in self.hosts or (host in self.hosts and port in PORTS.values())

    def check_url(self, text: str) -> Url:
        """The address in parts, as it will be used; raises :class:`UrlRefused`."""
        if len(text) > URL_LIMIT or _STRANGE.search(text):
            raise UrlRefused
        try:
            url = parse_url(text)
        except LocationParseError as error:
            raise UrlRefused from error
        host, scheme = (url.host or "").lower(), url.scheme or ""
        if not host or "%" in host or url.auth is not None or scheme not in PORTS:
            raise UrlRefused
        port = PORTS[scheme] if url.port is None else url.port
        listed = self.is_listed(host, port)
        if not listed and (port != PORTS[scheme] or scheme not in self.schemes):
            raise UrlRefused
        self.host, self.url = host, text
        return url

    def resolve(self, host: str, port: int) -> list[tuple[socket.AddressFamily, Any]]:
        """The families and socket addresses that may be connected to, best first.

        Raises :class:`UnknownHost`, or :class:`AddressRefused` when all that the name has are private.
        """
        found = _look_up(host, port, self.get_time())
        if found is None:
            raise TooSlow(host=host)
        if not found:
            raise UnknownHost(host=host)
        if self.is_listed(_unbracket(host), port) or self.is_listed(host, port):
            return found
        # A scope ("%eth0") belongs to link-local addresses only.
        public = [one for one in found if "%" not in one[1][0] and is_public(ip_address(one[1][0]))]
        if not public:
            raise AddressRefused(host=host)
        return public


def _unbracket(host: str) -> str:
    return host[1:-1] if host.startswith("[") else host


def _look_up(host: str, port: int, seconds: float) -> list[tuple[socket.AddressFamily, Any]] | None:
    """What the name server says; empty: it knows no such name; None: it does not answer in time.

    The C library's own patience cannot be set, so it waits in a thread that may be left behind.
    """
    answers: queue.SimpleQueue[list] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(_unbracket(host), port, type=socket.SOCK_STREAM)
            answers.put([(row[0], row[4]) for row in rows])
        except (OSError, UnicodeError):
            answers.put([])

    threading.Thread(target=ask, daemon=True, name="look-up").start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return None


class _Metered(io.RawIOBase):
    """A socket's bytes, none without the guard's leave."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, guard: Guard) -> None:
        self._raw, self._sock, self._guard = raw, sock, guard

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._guard.get_time())
        count: int | None = self._raw.readinto(buffer)  # type: ignore[attr-defined]
        self._guard.count(count or 0)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, guard: Guard, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        raw = self.fp.detach()  # type: ignore[attr-defined]
        self.fp = io.BufferedReader(_Metered(raw, sock, guard))  # type: ignore[assignment]


class _Guarded(HTTPConnection):
    """Opens its socket to an address that the guard has looked at; the operator's proxy is trusted."""

    def __init__(self, *args: Any, guard: Guard, **options: Any) -> None:
        super().__init__(*args, **options)
        self.guard = guard
        self.response_class = partial(_Response, guard=guard)  # type: ignore[assignment]

    def _new_conn(self) -> socket.socket:
        port = self.port or 0
        if self.proxy is not None:
            found = _look_up(self._dns_host, port, self.guard.get_time()) or []
        else:
            found = self.guard.resolve(self._dns_host, port)
        for family, address in found:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(self.guard.get_time())
                sock.connect(address)
                sock.settimeout(self.guard.get_time())
            except OSError:
                sock.close()
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        raise Unreachable(host=self.host)


class _GuardedTls(_Guarded, HTTPSConnection):
    pass


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class _Checked:
    """A pool manager in which each address is checked before it is asked, those of redirects too."""

    guard: Guard

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> Any:
        parts = self.guard.check_url(url)
        options["timeout"] = Timeout(connect=self.guard.get_time(), read=self.guard.get_time())
        if isinstance(self, urllib3.ProxyManager):
            self._check_before_proxy(parts)
        return super().urlopen(method, url, redirect=redirect, **options)  # type: ignore[misc]

    def _check_before_proxy(self, parts: Url) -> None:
        """The proxy resolves names; what is known here to be private is not even asked of it."""
        try:
            self.guard.resolve(parts.host or "", parts.port or PORTS[parts.scheme or "https"])
        except UnknownHost:
            return


class _Direct(_Checked, urllib3.PoolManager):  # type: ignore[misc]
    pass


class _ThroughProxy(_Checked, urllib3.ProxyManager):  # type: ignore[misc]
    pass


def make_pool(guard: Guard, *, redirects: int, proxy: str = "") -> urllib3.PoolManager:
    """A pool manager of urllib3 for one job. Neither the environment's proxies nor ``.netrc`` count."""
    options: dict[str, Any] = {
        "retries": Retry(
            total=None, connect=0, read=0, status=0, other=0, redirect=redirects, backoff_factor=0
        ),
        "ssl_context": ssl.create_default_context(),
        "headers": {"User-Agent": "Candyce"},
    }
    pool: urllib3.PoolManager
    if proxy:
        auth = parse_url(proxy).auth
        basic = make_headers(proxy_basic_auth=auth) if auth else None
        pool = _ThroughProxy(proxy, proxy_headers=basic, **options)
    else:
        pool = _Direct(**options)
    pool.guard = guard  # type: ignore[attr-defined]
    pool.pool_classes_by_scheme = {
        "http": partial(_PlainPool, guard=guard),  # type: ignore[dict-item]
        "https": partial(_TlsPool, guard=guard),  # type: ignore[dict-item]
    }
    return pool
