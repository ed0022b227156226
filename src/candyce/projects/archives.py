"""Projects as zip archives, in and out.

An archive is a stranger's: what counts is what comes out of it, never what it says of itself. The
central directory, the number of files, the bytes that really come out of each file and of all, and their
ratio to what is stored are bounded; nothing is ever written to a path that an archive names.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import IO

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candyce.lib.errors import BadRequest, TooLarge
from candyce.projects.blobs import read_blob
from candyce.projects.paths import InvalidName, Names, check_path, make_name
from candyce.projects.quota import FILE_COUNT_LIMIT

DIRECTORY_LIMIT = 4 * 1024 * 1024  # bytes of the central directory: about 40,000 entries
RATIO_LIMIT = 200  # decompressed bytes per stored byte, asked of files over RATIO_FROM
RATIO_FROM = 5 * 1024 * 1024
CHUNK = 256 * 1024
# What systems and tools leave in archives without anyone wanting it.
_LITTER_FOLDERS = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git"}
_LITTER_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}
_FRENCH = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆ°’ ")


class InvalidArchive(BadRequest):
    code = "invalid_archive"
    default_message = _("This archive is damaged or is not a zip file.")


def read_archive(file: IO[bytes], *, keep_root: bool = False) -> Iterator[tuple[str, bytes]]:
    """The archive's files as ``(path, content)``, and its empty folders as ``("folder/", b"")``.

    A single folder around everything is taken off (unless ``keep_root``), litter is left out, names that
    some computers refuse are changed as little as possible. Raises :class:`InvalidArchive` or :class:`TooLarge`, possibly after
    some files: the caller must keep nothing then.
    """
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            yield from _read(archive, _get_members(archive.infolist(), keep_root=keep_root))
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        NotImplementedError,
        EOFError,
        ValueError,
        OSError,
        RuntimeError,
    ) as error:
        raise InvalidArchive from error


def _check_directory(file: IO[bytes]) -> None:
    """Bound what the reader will hold in memory; a zip64 directory is for archives far over our limit."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_600))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise InvalidArchive
    (length,) = struct.unpack("<L", tail[at + 12 : at + 16])
    if length > DIRECTORY_LIMIT or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise TooLarge(_("This archive has too many files."))


def _get_members(
    infos: list[zipfile.ZipInfo], *, keep_root: bool = False
) -> dict[str, zipfile.ZipInfo]:
    """Final path -> member, in the archive's order."""
    wanted = []
    for info in infos:
        _check_member(info)
        parts = _get_parts(info)
        if parts and not _is_litter(parts):
            wanted.append((parts, info))
    if len(wanted) > FILE_COUNT_LIMIT:
        message = gettext("A project may have %(limit)s files at most.")
        raise TooLarge(message % {"limit": FILE_COUNT_LIMIT})
    if not any(not info.is_dir() for _parts, info in wanted):
        raise InvalidArchive(_("This archive holds no file."))
    if not keep_root:
        wanted = _take_off_root(wanted)
    names, members = Names(), {}
    for parts, info in [*_files(wanted), *_empty_folders(wanted)]:
        path = names.find_free(_make_path(parts))
        key = f"{path}/" if info.is_dir() else path
        names.add(key)
        members[key] = info
    return members


Wanted = list[tuple[list[str], zipfile.ZipInfo]]


def _files(wanted: Wanted) -> Wanted:
    return [(parts, info) for parts, info in wanted if not info.is_dir()]


def _empty_folders(wanted: Wanted) -> Wanted:
    """Folders with nothing in them, each once."""
    filled = {tuple(parts[:n]) for parts, _info in wanted for n in range(len(parts))}
    empty = {tuple(parts): info for parts, info in wanted if info.is_dir()}
    return [(list(parts), info) for parts, info in empty.items() if parts not in filled]


def _take_off_root(wanted: Wanted) -> Wanted:
    roots = {parts[0] for parts, _info in wanted}
    if len(roots) > 1 or any(len(parts) == 1 for parts, _info in _files(wanted)):
        return wanted
    return [(parts[1:], info) for parts, info in wanted if len(parts) > 1]


def _check_member(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise InvalidArchive(_("This archive is protected by a password."))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise InvalidArchive(_("This archive holds links, which a project cannot have."))
    if not info.is_dir() and info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise InvalidArchive(
            _("This archive is compressed in an unusual way. Make a plain zip file and try again.")
        )


def _get_parts(info: zipfile.ZipInfo) -> list[str]:
    """The name's parts; raises :class:`InvalidArchive` when it tries to leave the archive."""
    name = _decode_name(info).replace("\\", "/")
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":"):
        raise InvalidArchive(_("This archive holds files outside its folder: it may be malicious."))
    return [part for part in parts if part not in {"", "."}]


def _decode_name(info: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag may be UTF-8 all the same, or in Windows's or DOS's alphabet.

    Source: PKWARE APPNOTE 6.3.10, appendix D; the zip reader has decoded such names as CP437.
    """
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    try:
        return raw.decode()
    except UnicodeDecodeError:
        spellings = [raw.decode(alphabet, "replace") for alphabet in ("cp850", "cp1252")]
        return max(spellings, key=lambda name: sum(c.isascii() or c in _FRENCH for c in name))


def _is_litter(parts: list[str]) -> bool:
    name = parts[-1]
    return not _LITTER_FOLDERS.isdisjoint(parts) or name in _LITTER_FILES or name.startswith("._")


def _make_path(parts: list[str]) -> str:
    """The path, its parts changed only where a rule demands it."""
    path = "/".join(parts)
    try:
        return check_path(path)
    except InvalidName:
        cleaned = "/".join(make_name(part, fallback="_") for part in parts)
        return check_path(cleaned)


def _read(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]
) -> Iterator[tuple[str, bytes]]:
    room = settings.PROJECT_QUOTA
    for key, info in members.items():
        if key.endswith("/"):
            yield key, b""
            continue
        data = _read_member(archive, info, min(room, settings.FILE_LIMIT))
        room -= len(data)
        yield key, data


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    data = bytearray()
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK):
            data += chunk
            if len(data) > limit:
                raise TooLarge(_("What this archive holds is too large for a project."))
            if len(data) > RATIO_FROM and len(data) > RATIO_LIMIT * max(info.compress_size, 1):
                raise InvalidArchive(_("This archive swells too much when unpacked."))
    return bytes(data)


def write_archive(tree: Mapping[str, list], root: str) -> bytes:
    """A zip of the tree under one folder ``root``, names in UTF-8."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, (sha256, _size, modified) in sorted(tree.items()):
            at = max(datetime.fromtimestamp(modified, UTC), datetime(1980, 1, 1, tzinfo=UTC))
            info = zipfile.ZipInfo(f"{root}/{path}", at.timetuple()[:6])
            info.external_attr = (0o040755 << 16 | 0x10) if path.endswith("/") else 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, b"" if path.endswith("/") else read_blob(sha256))
    return target.getvalue()
