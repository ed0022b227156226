"""The index on the disk of this node, and how its processes share it.

``SEARCH_DIR`` holds folders with an index each, and ``state.json``: which of them is in use, of which schema and
database, and which rows of :class:`SearchChange` it has read. Whoever writes holds ``lock``; whoever reads opens
the folder that the state names and reads it again when the state changed. A rebuild fills a new folder and then
changes the state, so that nobody ever sees half of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from tantivy import Index, Searcher

from candyce.library.finding import schema

MEGABYTE = 1024 * 1024
TURN = 0.02  # seconds between two looks at a lock that another one holds


class Unusable(Exception):
    """There is no index that can be searched: it is missing, broken, of another schema or database."""


@dataclass(frozen=True)
class State:
    """``low``: all changes up to and with this one are in; ``seen``: those after it that are in too."""

    folder: str
    schema: int
    database: str
    low: int
    seen: list[int]
    at: float  # when it last agreed with the database (seconds since the epoch)


@dataclass(frozen=True)
class Opened:
    """An index ready to be searched; ``key`` changes whenever what it holds does."""

    state: State
    index: Index
    searcher: Searcher
    key: tuple[int, int]


_opened: dict[Path, Opened] = {}
_opening = threading.Lock()


def get_folder() -> Path:
    folder: Path = settings.SEARCH_DIR
    return folder


def name_database() -> str:
    """Which database the index was made from: that of another one is of no use, and would leak."""
    values = connection.settings_dict
    said = "|".join(str(values.get(name, "")) for name in ("ENGINE", "HOST", "PORT", "NAME"))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def read_state() -> State:
    """Raises :class:`Unusable`."""
    try:
        state = State(**json.loads((get_folder() / "state.json").read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise Unusable("missing") from error
    if state.schema != schema.VERSION or state.database != name_database():
        raise Unusable("another schema or database")
    return state


def write_state(state: State) -> None:
    path = get_folder() / "state.json"
    fresh = path.with_name(f"state-{uuid.uuid4().hex}.json")
    fresh.write_text(json.dumps(asdict(state)))
    os.replace(fresh, path)


def forget_state() -> None:
    """Have the index made anew: what it holds cannot be read."""
    (get_folder() / "state.json").unlink(missing_ok=True)


def open_index() -> Opened:
    """The index in use, opened once a process and again when it changed; raises :class:`Unusable`."""
    path = get_folder() / "state.json"
    try:
        facts = path.stat()
    except OSError as error:
        raise Unusable("missing") from error
    key = (facts.st_mtime_ns, facts.st_ino)
    with _opening:
        known = _opened.get(path)
        if known is not None and known.key == key and known.state.database == name_database():
            return known
        state = read_state()
        with guard():
            if known is not None and known.state.folder == state.folder:
                index = known.index
                index.reload()
            else:
                index = Index.open(str(get_folder() / state.folder))
            opened = Opened(state, index, index.searcher(), key)
        _opened[path] = opened
        return opened


@contextlib.contextmanager
def guard() -> Iterator[None]:
    """Anything that Tantivy cannot do with what is on the disk is :class:`Unusable`, its panics too."""
    try:
        yield
    except Unusable:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Unusable(f"broken: {error}") from error
        raise


@contextlib.contextmanager
def hold_lock(*, wait: bool, patience: float = 0.0) -> Iterator[bool]:
    """Be the one who writes on this node; gives False when another one is, unless told to ``wait``, and still is
    after ``patience`` (seconds). Not to be held twice: a process is another one to itself."""
    get_folder().mkdir(parents=True, exist_ok=True)
    with (get_folder() / "lock").open("w") as file:
        if wait:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield wait or _try_lock(file, time.monotonic() + patience)


def _try_lock(file: IO[str], until: float) -> bool:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(TURN)
        else:
            return True


def make_index(entries: Iterator[schema.Entry], *, low: int, at: float) -> int:
    """Fill a new folder and put it in use; gives how many resources it holds. Hold the lock.

    Raises OSError or :class:`Unusable` when it cannot be written.
    """
    name = uuid.uuid4().hex
    folder = get_folder() / name
    folder.mkdir()
    count = 0
    try:
        with guard():
            index = Index(schema.make_schema(), str(folder))
            writer = index.writer(300 * MEGABYTE, 1)
        for entry in entries:
            with guard():
                writer.add_document(schema.make_document(entry))
            count += 1
        with guard():
            writer.commit()
            writer.wait_merging_threads()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    write_state(State(name, schema.VERSION, name_database(), low, [], at))
    for old in get_folder().iterdir():
        if old.is_dir() and old.name != name:
            shutil.rmtree(old, ignore_errors=True)
    return count


def change_index(
    opened: Opened, gone: list[str], entries: list[schema.Entry], **state: Any
) -> None:
    """Take out ``gone`` (slugs), put in ``entries`` anew, then say so in the state. Hold the lock."""
    if gone or entries:
        _write(opened.index, gone, entries)
    write_state(replace(opened.state, **state))


def _write(index: Index, gone: list[str], entries: list[schema.Entry]) -> None:
    with guard():
        writer = index.writer(30 * MEGABYTE, 1)
        try:
            for slug in [*gone, *(entry.slug for entry in entries)]:
                writer.delete_documents_by_term("slug", slug)
            for entry in entries:
                writer.add_document(schema.make_document(entry))
            writer.commit()
        finally:
            writer.wait_merging_threads()
