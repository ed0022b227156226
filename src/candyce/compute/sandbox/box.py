"""One sandboxed process: bubblewrap around an interpreter, with bounds on memory, time and what it says.

The process sees a read-only system, our worker and what it is shown; no network, no other process, no
environment, a small /tmp of its own.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from candyce.compute.sandbox import limits
from candyce.compute.sandbox.channel import Channel, Gone, Message, get_depth
from candyce.compute.sandbox.seccomp import make_filter

HERE = Path(__file__).resolve().parent
__all__ = ["HERE", "Box", "Gone", "Message", "NoSandbox", "Program", "find_bwrap", "get_depth"]


class NoSandbox(Exception):
    """This machine cannot isolate a process; nothing is executed then."""


@dataclass(frozen=True)
class Program:
    """What a box runs. ``shown``: files and folders, read-only, by their place inside.

    ``divides``: the process runs no pupil's code itself but is divided for each copy. What its parts could leave
    for one another is taken away: there is no place to write at all.
    """

    command: tuple[str, ...]
    shown: dict[str, Path] = field(default_factory=dict)
    folders: tuple[str, ...] = ()  # empty, to be written in
    divides: bool = False
    native: bool = False  # no WebAssembly, which reserves far more addresses than it uses


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


def get_command(program: Program, filter_fd: int) -> list[str]:
    """The whole command line."""
    walls = [find_bwrap(), *_get_walls()]
    for place, path in program.shown.items():
        walls += ["--ro-bind", str(path), place]
    for place in program.folders:
        walls += ["--size", str(limits.FOLDER), "--tmpfs", place]
    read_only = ["/", "/dev/pts"]
    if program.divides:
        read_only += ["/tmp", "/dev/shm", "/dev"]  # noqa: S108
    for place in read_only:
        walls += ["--remount-ro", place]
    return [*walls, "--seccomp", str(filter_fd), *program.command]


def _set_bounds(*, native: bool = False) -> None:
    """In the child, before bubblewrap: bounds that all it starts inherit."""
    if native:  # memory that is shared counts nowhere else
        resource.setrlimit(resource.RLIMIT_AS, (limits.ADDRESSES, limits.ADDRESSES))
    for name, value in (
        (resource.RLIMIT_DATA, limits.MEMORY),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_FSIZE, limits.TEMPORARY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    ):
        resource.setrlimit(name, (value, value))


class Box(Channel):
    """A process with its walls; messages go through its standard input and output."""

    def __init__(self, program: Program) -> None:
        found = make_filter(divides=program.divides)
        assert found is not None
        with tempfile.TemporaryFile() as filter_file:
            filter_file.write(found)
            filter_file.seek(0)
            self._process = subprocess.Popen(
                get_command(program, filter_file.fileno()),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(filter_file.fileno(),),
                preexec_fn=partial(_set_bounds, native=program.native),  # noqa: PLW1509 - setrlimit alone
                start_new_session=True,
                bufsize=0,
                env={},
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        super().__init__(self._process.stdin.fileno(), self._process.stdout.fileno())

    def read_all(self, deadline: float) -> bytes:
        """Everything that a process of ours writes until it ends; raises :class:`NoSandbox` when that is nothing."""
        data = self.read_to_end(deadline)
        self.close()
        if not data:
            raise NoSandbox("the interpreter does not start")
        return data

    def close(self) -> None:
        """Kill it, and with it (bubblewrap is the parent of its process space) all that it started."""
        self._process.kill()
        self._process.wait()
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                end.close()
