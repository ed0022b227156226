"""A throw-away PostgreSQL for tests, from the server programs on the machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def find_programs() -> Path | None:
    """The folder of `initdb` and `postgres`: on the PATH, or where Debian keeps them."""
    for name in ("postgres", "initdb"):
        found = shutil.which(name)
        if found and (Path(found).resolve().parent / "postgres").exists():
            return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return versions[-1].parent if versions else None


def _as_postgres(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then the user that Debian's package made runs it."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres", "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _run_quietly(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/")


@contextlib.contextmanager
def throw_away_postgres() -> Iterator[str]:
    """Start an instance on a free port of the loopback; yields its URL, removes all afterwards."""
    programs = find_programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL's server programs are not on this machine")
    with tempfile.TemporaryDirectory(prefix="candyce-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        prefix = _as_postgres(folder)
        data = folder / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = ["-A", "trust", "-U", "candyce", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        _run_quietly(*prefix, programs / "initdb", "-D", data, *options)
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off -c max_connections=200"
        control: list[str | Path] = [*prefix, programs / "pg_ctl", "-D", data]
        start: list[str | Path] = [*control, "-o", settings, "-l", folder / "log", "-w", "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd="/")
        try:
            yield f"postgresql://candyce@127.0.0.1:{port}/postgres"
        finally:
            _run_quietly(*control, "-m", "immediate", "-w", "stop")
