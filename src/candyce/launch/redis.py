"""A Redis of one's own for tests and for `up --processes`: on the loopback, nothing written to the disk."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from candyce.launch.debian import find_program, install
from candyce.launch.steps import StepFailed, say

PATIENCE = 15  # seconds until it answers


def find_redis() -> str | None:
    """The server's program: on the PATH (Valkey and KeyDB speak the same protocol)."""
    return find_program(("redis-server", "valkey-server", "keydb-server"))


def require_redis() -> str:
    """Path of the server's program; raises :class:`StepFailed` with what to do when there is none."""
    found = find_redis()
    if found is None:
        raise StepFailed(
            say(
                "Aucun Redis : installez le paquet « redis-server » (ou « valkey ») de votre système,"
                " ou donnez l'adresse d'un Redis dans CANDYCE_REDIS_URL, puis recommencez.",
                "No Redis: install your system's `redis-server` (or `valkey`) package, or give the"
                " address of a Redis in CANDYCE_REDIS_URL, then try again.",
            )
        )
    return found


def prepare_redis(root: Path) -> str:
    """As :func:`require_redis`, after an attempt to install Debian's package."""
    if find_redis() is None:
        install(root, "Redis", "redis-server")
    return require_redis()


@dataclass
class RedisServer:
    """A server on a free port of the loopback; the same port each time it is started.

    ``private``: on a socket in ``folder`` instead, which the folder's owner alone can reach.
    """

    program: str
    folder: Path
    private: bool = False
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        if not self.private:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        if self.private:
            return f"unix://{self.folder / 'socket'}"
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers; raises :class:`StepFailed`."""
        command = [
            self.program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "",
            "--appendonly", "no", "--dir", str(self.folder), "--logfile", str(self.folder / "log"),
            "--loglevel", "warning",
        ]  # fmt: skip
        if self.private:
            command += ["--unixsocket", str(self.folder / "socket"), "--unixsocketperm", "700"]
        self.process = subprocess.Popen(command, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StepFailed(say("Redis ne démarre pas.", "Redis does not start."))
            time.sleep(0.02)

    @property
    def has_ended(self) -> bool:
        """It was started and runs no more."""
        return self.process is not None and self.process.poll() is not None

    def answers(self) -> bool:
        """Whether it says PONG within a second."""
        try:
            with self._connect() as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _connect(self) -> socket.socket:
        if not self.private:
            return socket.create_connection(("127.0.0.1", self.port), timeout=1)
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(1)
        line.connect(str(self.folder / "socket"))
        return line

    def kill(self) -> None:
        """As if the power failed for it; :meth:`start` brings it back, empty."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        self.kill()


@contextlib.contextmanager
def throw_away_redis() -> Iterator[RedisServer]:
    """A running server, removed afterwards; raises :class:`FileNotFoundError` without a program."""
    program = find_redis()
    if program is None:
        raise FileNotFoundError("Redis' server program is not on this machine")
    with tempfile.TemporaryDirectory(prefix="candyce-redis-", ignore_cleanup_errors=True) as name:
        server = RedisServer(program, Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()
