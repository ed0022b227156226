"""Where Pyodide's packages may come from: an address, a folder, an archive.

Each source yields `(file name, path of a complete but unverified copy)`; who asked verifies it.
"""

from __future__ import annotations

import http.client
import os
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

ENGLISH = os.environ.get("LC_ALL", os.environ.get("LANG", "fr"))[:2] == "en"
MAX_FILE = 256 * 1024**2
MAX_MEMBERS = 50_000
CHUNK = 256 * 1024
TIMEOUT = 30
TRIES = 4

Report = Callable[[str, int, int | None], None]


def say(french: str, english: str) -> str:
    """The sentence in the language of the terminal."""
    return english if ENGLISH else french


class MirrorError(Exception):
    """Nothing can be done without the operator; the message says what to do."""


class Source(Protocol):
    def fetch(
        self, names: Sequence[str], folder: Path, report: Report
    ) -> Iterator[tuple[str, Path]]: ...


def open_source(source: str) -> AbstractContextManager[Source]:
    """The source that `source` names; a clear error when it is none."""
    if urllib.parse.urlsplit(source).scheme in {"http", "https"}:
        return nullcontext(_Address(source.rstrip("/") + "/"))
    path = Path(source)
    if path.is_dir():
        return nullcontext(_Folder(path))
    if path.is_file():
        return _open_archive(path)
    raise MirrorError(
        say(
            f"« {source} » n’est ni une adresse, ni un dossier, ni une archive.",
            f"“{source}” is neither an address, nor a folder, nor an archive.",
        )
    )


def _copy(stream: IO[bytes], part: Path, name: str, total: int | None, report: Report) -> None:
    """Write `stream` to `part`, within bounds."""
    done = 0
    with part.open("wb") as file:
        while chunk := stream.read(CHUNK):
            done += len(chunk)
            if done > MAX_FILE:
                raise _too_large(name)
            file.write(chunk)
            report(name, done, total)


def _too_large(name: str) -> MirrorError:
    return MirrorError(say(f"{name} est trop gros.", f"{name} is too large."))


def _missing(names: Sequence[str]) -> MirrorError:
    listed = ", ".join(names)
    return MirrorError(say(f"Introuvable à la source : {listed}.", f"Not at the source: {listed}."))


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fetch(
        self, names: Sequence[str], folder: Path, report: Report
    ) -> Iterator[tuple[str, Path]]:
        for name in names:
            path = self._folder / name
            if not path.is_file():
                raise _missing([name])
            part = folder / (name + ".part")
            with path.open("rb") as stream:
                _copy(stream, part, name, path.stat().st_size, report)
            yield name, part


@contextmanager
def _open_archive(path: Path) -> Iterator[Source]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield _Zip(archive)
        else:
            with tarfile.open(path) as archive:
                yield _Tar(archive)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise MirrorError(
            say(f"Archive illisible : {path.name}.", f"Unreadable archive: {path.name}.")
        ) from error


def _check_member(name: str, count: int) -> None:
    """Archives made to escape a folder are refused whole, though nothing is unpacked by name."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in name or count > MAX_MEMBERS:
        raise MirrorError(say("Archive refusée : contenu hostile.", "Refused: hostile archive."))


class _Tar:
    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def fetch(
        self, names: Sequence[str], folder: Path, report: Report
    ) -> Iterator[tuple[str, Path]]:
        left = set(names)
        for count, member in enumerate(self._archive):
            _check_member(member.name, count)
            name = PurePosixPath(member.name).name
            if name not in left or not member.isreg():
                continue
            if member.size > MAX_FILE:
                raise _too_large(name)
            stream = self._archive.extractfile(member)
            if stream is None:
                continue
            part = folder / (name + ".part")
            _copy(stream, part, name, member.size, report)
            left.discard(name)
            yield name, part
            if not left:
                return
        raise _missing(sorted(left))


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def fetch(
        self, names: Sequence[str], folder: Path, report: Report
    ) -> Iterator[tuple[str, Path]]:
        left = set(names)
        members = self._archive.infolist()
        for member in members:
            _check_member(member.filename, len(members))
        for member in members:
            name = PurePosixPath(member.filename).name
            if name not in left or member.is_dir():
                continue
            if member.file_size > MAX_FILE:
                raise _too_large(name)
            part = folder / (name + ".part")
            with self._archive.open(member) as stream:
                _copy(stream, part, name, member.file_size, report)
            left.discard(name)
            yield name, part
        if left:
            raise _missing(sorted(left))


class _Interrupted(Exception):
    """The connection ended before the file did: worth another try from where it stopped."""


class _Address:
    def __init__(self, base: str) -> None:
        self._base = base

    def fetch(
        self, names: Sequence[str], folder: Path, report: Report
    ) -> Iterator[tuple[str, Path]]:
        for name in names:
            part = folder / (name + ".part")
            self._download(name, part, report)
            yield name, part

    def _download(self, name: str, part: Path, report: Report) -> None:
        for attempt in range(TRIES):
            try:
                return self._go_on(name, part, report)
            except _Interrupted as error:
                if attempt == TRIES - 1:
                    raise self._no_network() from error
                time.sleep(min(2**attempt / 10, 2))
        return None

    def _go_on(self, name: str, part: Path, report: Report) -> None:
        """One request, for what is still missing."""
        have = part.stat().st_size if part.exists() else 0
        url = self._base + urllib.parse.quote(name)
        request = urllib.request.Request(url)  # noqa: S310  (http and https only: see open_source)
        if have:
            request.add_header("Range", f"bytes={have}-")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
                self._receive(response, name, part, have, report)
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
                raise _Interrupted from error
            if error.code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
                raise _Interrupted from error
            if error.code == http.HTTPStatus.NOT_FOUND:
                raise _missing([url]) from error
            raise self._no_network() from error
        except (OSError, http.client.HTTPException) as error:
            raise _Interrupted from error

    def _receive(
        self, response: http.client.HTTPResponse, name: str, part: Path, have: int, report: Report
    ) -> None:
        resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
        done = have if resumed else 0
        if resumed and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            part.unlink(missing_ok=True)
            raise _Interrupted
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() else None
        if (total or 0) > MAX_FILE:
            raise _too_large(name)
        with part.open("ab" if resumed else "wb") as file:
            while chunk := response.read(CHUNK):
                done += len(chunk)
                if done > MAX_FILE:
                    raise _too_large(name)
                file.write(chunk)
                report(name, done, total)
        if total is not None and done < total:
            raise _Interrupted

    def _no_network(self) -> MirrorError:
        host = urllib.parse.urlsplit(self._base).netloc
        return MirrorError(
            say(
                f"Le réseau ne permet pas de joindre {host}. Les paquets de base restent utilisables ; "
                "depuis une machine reliée, téléchargez la distribution de Pyodide et donnez-la avec "
                "./candyce packages --from ARCHIVE.",
                f"The network does not allow reaching {host}. The basic packages still work; from a "
                "connected machine, download Pyodide's distribution and give it with "
                "./candyce packages --from ARCHIVE.",
            )
        )
