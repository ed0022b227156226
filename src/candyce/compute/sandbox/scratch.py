"""Where a worker process keeps the files of the copies that it marks: for itself alone, and gone with it."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock

PREFIX = "candyce-marking-"
_lock = Lock()
_mine: dict[int, Path] = {}  # by the process, as one that is divided shall have its own


def get_scratch() -> Path:
    """This process's folder, which no other user can enter; those of processes that were killed are removed."""
    with _lock:
        found = _mine.get(os.getpid())
        if found is None:
            _sweep()
            found = _mine[os.getpid()] = _make()
        return found


def _make() -> Path:
    made = Path(tempfile.mkdtemp(prefix="candyce-new-"))  # 0700
    # Held, not closed, as long as the process lives: so others see that it does.
    held = os.open(made / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    folder = made.rename(made.with_name(PREFIX + made.name.removeprefix("candyce-new-")))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, pid: int) -> None:
    if pid == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder / "lock", os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
