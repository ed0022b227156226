"""The machines of a small installation, each a process of its own: kill, stop, go on, fill the disk."""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil
import psycopg

from candyce.launch.postgres import find_programs
from candyce.launch.up import get_web_command

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds for a machine to come up on a busy computer


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Something listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@dataclass(kw_only=True)
class Machine:
    """A program that can be hurt. ``command`` is started anew each time; its words go to ``log``."""

    name: str
    command: list[str]
    port: int
    log: Path
    environment: dict[str, str] | None = None
    user: str | None = None
    ready: Callable[[], bool] | None = None
    process: subprocess.Popen[bytes] | None = None
    _out: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        self._out = self.log.open("ab")
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT if self.user is None else "/",
            env=self.environment,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            stdout=self._out,
            stderr=self._out,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Until it answers; raises ``RuntimeError`` if it ends instead."""
        end = time.monotonic() + PATIENCE
        is_ready = self.ready or (lambda: answers(self.port))
        while not is_ready():
            if not self.is_alive:
                raise RuntimeError(f"{self.name} ended; see {self.log}")
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} does not answer; see {self.log}")
            time.sleep(0.02)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def processes(self) -> list[psutil.Process]:
        """The program and its children."""
        if not self.is_alive or self.process is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            main = psutil.Process(self.process.pid)
            return [main, *main.children(recursive=True)]
        return []

    def signal(self, number: signal.Signals) -> None:
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def kill(self) -> None:
        """As if its power failed: no handler runs, in none of its processes."""
        everyone = self.processes()
        for process in everyone:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(everyone, timeout=10)
        if self.process is not None:
            self.process.wait()
            self.process = None
        if self._out is not None:
            self._out.close()
            self._out = None

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def restart(self) -> None:
        self.kill()
        self.start()
        self.wait()


def make_web(name: str, environment: dict[str, str], folder: Path) -> Machine:
    port = find_port()
    command = [
        "error" if word == "warning" else word for word in get_web_command("127.0.0.1", port)
    ]
    return Machine(
        name=name, command=command, port=port, environment=environment, log=folder / f"{name}.log"
    )


def make_redis(folder: Path) -> Machine:
    port = find_port()
    program = shutil.which("redis-server") or "redis-server"
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    command += ["--dir", str(folder)]
    return Machine(name="redis", command=command, port=port, log=folder / "redis.log")


def make_postgres(folder: Path) -> Machine:
    """A new instance, durable as in production; its data in ``folder``.

    Segments of the write-ahead log are small and not reused, so that a full disk is felt at once.
    """
    programs = find_programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL's server programs are not on this machine")
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)
    data, port = folder / "pg", find_port()
    subprocess.run(
        [programs / "initdb", "-D", data, "-A", "trust", "-U", "candyce", "-E", "UTF8",
         "--locale=C.UTF-8", "--wal-segsize=1"],
        check=True, capture_output=True, cwd="/", user=user, group=user,
    )  # fmt: skip
    settings = {
        "listen_addresses": "127.0.0.1",
        # Only the loopback: in a folder of tests a socket's path soon exceeds 107 bytes (sun_path).
        "unix_socket_directories": "",
        "max_connections": "150",
        "fsync": "on",
        "wal_recycle": "off",
        "min_wal_size": "2MB",
        "max_wal_size": "16MB",
        "shared_buffers": "32MB",
    }
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
    command += [part for pair in settings.items() for part in ("-c", "=".join(pair))]
    log = folder / "postgres.log"
    log.touch()
    if user:
        shutil.chown(log, user, user)
    machine = Machine(name="postgresql", command=command, port=port, log=log, user=user)
    machine.ready = lambda: _accepts(get_url(machine))
    return machine


def get_url(postgres: Machine) -> str:
    return f"postgresql://candyce@127.0.0.1:{postgres.port}/postgres"


def _accepts(url: str) -> bool:
    with contextlib.suppress(psycopg.Error), psycopg.connect(url, connect_timeout=2):
        return True
    return False


class Disk:
    """A disk of its own that can be filled.

    As root: a small tmpfs, and a ballast that takes all that is free. Else: the programs' limit on the
    size of a file (RLIMIT_FSIZE) is set to nothing, so that every write that would lengthen a file
    fails in the kernel.
    """

    def __init__(self, folder: Path, megabytes: int = 400) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        size = f"size={megabytes}m"
        mount = ["mount", "-t", "tmpfs", "-o", size, "candyce-faults", str(folder)]
        self.is_mounted = (
            os.geteuid() == 0
            and shutil.which("mount") is not None
            and subprocess.run(mount, check=False, capture_output=True).returncode == 0
        )
        if self.is_mounted:
            folder.chmod(0o755)
        self._ballast = folder / "ballast"
        self._limited: list[int] = []

    @property
    def kind(self) -> str:
        return "tmpfs" if self.is_mounted else "RLIMIT_FSIZE"

    def fill(self, machines: list[Machine]) -> None:
        """Leave no room; to be called again while it lasts, for what was freed meanwhile."""
        if not self.is_mounted:
            for machine in machines:
                self._limit(machine)
            return
        with contextlib.suppress(OSError), self._ballast.open("ab") as file:
            while True:
                file.write(b"\0" * 4096)
                file.flush()

    def _limit(self, machine: Machine) -> None:
        for process in machine.processes():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                _soft, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, hard))
                self._limited.append(process.pid)

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)
        for pid in self._limited:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        self._limited = []

    def close(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)


def has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
