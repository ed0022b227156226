"""Work on strangers' data in a process of its own, with bounds on time, memory and files.

What reads a repository or draws a PDF may meet data made to exhaust it. It runs apart: the server that
waits for it loses nothing but the answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

MEGABYTE = 2**20
# What a program needs to find its libraries and certificates; nothing of ours, no secret.
_PASSED = ("PATH", "LANG", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "FONTCONFIG_PATH")
_slots = threading.BoundedSemaphore(2)  # of a server process: more would starve its other work
PATIENCE = 1.0  # seconds: whoever waits here holds a place that others need
ANSWER_LIMIT = 16 * MEGABYTE


class ProcessFailed(Exception):
    """The process ended without an answer; ``reason``: ``time``, ``busy`` or ``failed``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")


def run(module: str, request: dict[str, Any], *, folder: Path, seconds: float) -> Any:
    """What ``module`` answers to a request, both as JSON; it may write in ``folder`` and works there.

    Waits a moment for its turn. Raises :class:`ProcessFailed`.
    """
    if not _slots.acquire(timeout=PATIENCE):
        raise ProcessFailed("busy")
    try:
        return _run(module, request, folder, seconds)
    finally:
        _slots.release()


def _run(module: str, request: dict[str, Any], folder: Path, seconds: float) -> Any:
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
    environment |= {"HOME": str(folder), "TMPDIR": str(folder), "XDG_CACHE_HOME": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    try:
        out, said = process.communicate(json.dumps(request).encode(), timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise ProcessFailed("time") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()
    if process.returncode != 0 or len(out) > ANSWER_LIMIT:
        raise ProcessFailed("failed", said.decode(errors="replace")[-2000:])
    try:
        return json.loads(out)
    except ValueError as error:
        raise ProcessFailed("failed", out[:200].decode(errors="replace")) from error


def serve(work: Callable[[dict[str, Any]], Any], *, memory: int, file_size: int) -> None:
    """The other side: confine this process (bytes), answer one request, end."""
    _confine(memory, file_size)
    request = json.loads(sys.stdin.buffer.read())
    answer = json.dumps(work(request)).encode()
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(0)


def _confine(memory: int, file_size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (most, hard))
