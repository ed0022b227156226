"""One sandboxed process: bubblewrap around Node, with bounds on memory, time and what it says.

The process sees a read-only system, Pyodide, our worker and the files it is given; no network, no other process,
no environment, a small /tmp of its own. Messages are JSON, one a line, on its standard input and output.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from candyce.grading.sandbox import limits
from candyce.grading.sandbox.seccomp import make_filter

HERE = Path(__file__).resolve().parent
Message = dict[str, Any]


class Gone(Exception):
    """The process does not answer any more. ``why``: timeout, crash, output."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class NoSandbox(Exception):
    """This machine cannot isolate a process; nothing is executed then."""


@cache
def find_bwrap() -> str:
    """Bubblewrap, tried once; raises :class:`NoSandbox` where it is absent or may not work."""
    program = shutil.which("bwrap")
    if program is None or make_filter() is None:
        raise NoSandbox("bubblewrap is not installed, or this machine is not known")
    command = [program, *_get_walls(), "/usr/bin/env", "true"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoSandbox(str(error)) from error
    if done.returncode != 0:
        raise NoSandbox(done.stderr.decode(errors="replace")[-300:])
    return program


def find_node() -> Path:
    program = shutil.which("node")
    if program is None:
        raise NoSandbox("node is not installed")
    return Path(program).resolve()


def _get_walls() -> list[str]:
    """What every sandbox has: nothing but a read-only system."""
    temporary = str(limits.TEMPORARY)
    walls = [
        "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--clearenv",
        "--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--cap-drop", "ALL",
        "--ro-bind", "/usr", "/usr", "--dev", "/dev",
        "--size", temporary, "--tmpfs", "/tmp", "--chdir", "/tmp",  # noqa: S108 - inside the walls
        "--size", "65536", "--tmpfs", "/dev/shm",  # noqa: S108 - idem
    ]  # fmt: skip
    for name in ("lib", "lib64", "bin", "lib32"):
        path = Path("/", name)
        if path.is_symlink():
            walls += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            walls += ["--ro-bind", str(path), str(path)]
    return walls


def get_command(pyodide: Path, binds: dict[str, Path], role: str, filter_fd: int) -> list[str]:
    """The whole command line. ``binds``: what else is shown, read-only, by its place inside."""
    node = find_node()
    inside = str(node) if node.is_relative_to("/usr") else "/node"
    walls = [find_bwrap(), *_get_walls()]
    if inside == "/node":
        walls += ["--ro-bind", str(node), inside]
    shown = {
        "/pyodide": pyodide,
        "/worker": HERE / "node",
        "/python": HERE / "python",
    } | binds
    for place, path in shown.items():
        walls += ["--ro-bind", str(path), place]
    walls += ["--remount-ro", "/", "--seccomp", str(filter_fd)]
    # Compiled by the quick compiler when it is called first, and again only where it is hot: most
    # copies end before.
    flags = [
        f"--wasm-max-mem-pages={limits.PYTHON_PAGES}", "--max-old-space-size=256",
        "--wasm-tiering-budget=50000000",
    ]  # fmt: skip
    return [*walls, inside, *flags, "/worker/worker.mjs", role]


def _set_bounds() -> None:
    """In the child, before bubblewrap: bounds that all it starts inherit."""
    for name, value in (
        (resource.RLIMIT_DATA, limits.MEMORY),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_FSIZE, limits.TEMPORARY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    ):
        resource.setrlimit(name, (value, value))


class Box:
    """A process with its walls, and the two ends of its messages."""

    def __init__(self, pyodide: Path, binds: dict[str, Path], role: str) -> None:
        program = make_filter()
        assert program is not None
        with tempfile.TemporaryFile() as filter_file:
            filter_file.write(program)
            filter_file.seek(0)
            self._process = subprocess.Popen(
                get_command(pyodide, binds, role, filter_file.fileno()),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(filter_file.fileno(),),
                preexec_fn=_set_bounds,  # noqa: PLW1509 - it calls setrlimit alone
                start_new_session=True,
                bufsize=0,
                env={},
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._in.fileno(), False)
        os.set_blocking(self._out.fileno(), False)
        self._buffer = bytearray()
        self._traffic = self._count = 0

    def forget_traffic(self) -> None:
        self._traffic = self._count = 0

    def send(self, message: Message, deadline: float) -> None:
        """Raises :class:`Gone` when the process does not take it in time."""
        view = memoryview(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        with selectors.DefaultSelector() as selector:
            selector.register(self._in, selectors.EVENT_WRITE)
            while view:
                try:
                    written = os.write(self._in.fileno(), view)
                except BlockingIOError:
                    written = 0
                except OSError:
                    self._end("crash")
                view = view[written:]
                if view and not selector.select(max(0.0, deadline - time.monotonic())):
                    self._end("timeout")

    def receive(self, deadline: float) -> Message:
        """The next message; raises :class:`Gone` for silence, death, or what is no message of ours."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            while (end := self._buffer.find(b"\n")) < 0:
                if len(self._buffer) > limits.LINE:
                    self._end("output")
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self._end("timeout")
                data = os.read(self._out.fileno(), 262_144)
                if not data:
                    self._end("crash")
                self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._traffic += len(line)
        self._count += 1
        if (
            len(line) > limits.LINE
            or self._traffic > limits.TRAFFIC
            or self._count > limits.MESSAGES
        ):
            self._end("output")
        return self._parse(line)

    def read_all(self, deadline: float) -> bytes:
        """Everything that a process of ours writes until it ends."""
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            while selector.select(max(0.0, deadline - time.monotonic())):
                data = os.read(self._out.fileno(), 1_048_576)
                if not data:
                    self.close()
                    if not parts:
                        raise NoSandbox("the interpreter does not start")
                    return b"".join(parts)
                parts.append(data)
        self.close()
        raise NoSandbox("the interpreter does not start")

    def _parse(self, line: bytes) -> Message:
        try:
            message = json.loads(line)
            good = isinstance(message, dict) and get_depth(message) <= limits.DEPTH
        except (ValueError, RecursionError):
            good = False
        if not good:
            self._end("crash")
        return message

    def _end(self, why: str) -> None:
        self.close()
        raise Gone(why)

    def close(self) -> None:
        """Kill it, and with it (bubblewrap is the parent of its process space) all that it started."""
        self._process.kill()
        self._process.wait()
        for end in (self._in, self._out):
            end.close()


def get_depth(value: object) -> int:
    """How deep lists and objects are nested."""
    depth, level = 0, [value]
    while level:
        depth += 1
        deeper: list[object] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
        level = deeper
    return depth
