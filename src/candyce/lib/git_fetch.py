"""Reads one state of a public git repository, or one folder of it: ``python -m candyce.lib.git_fetch``.

Runs in a process of its own (``bounded_process``): a repository may hold objects made to swell. First come the
folders without what is in the files, where the server can do that; then the files that are wanted, and only
those: a small folder of a large repository is small.

Source: gitprotocol-v2 (``fetch``: ``deepen``, ``filter``, ``want`` of any object).
"""

from __future__ import annotations

import logging
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dulwich.client import HTTPUnauthorized, Urllib3HttpGitClient
from dulwich.config import ConfigDict
from dulwich.errors import (
    ChecksumMismatch,
    FileFormatException,
    GitProtocolError,
    HangupException,
    NotGitRepository,
    ObjectFormatException,
    UnexpectedCommandError,
)
from dulwich.objects import S_ISGITLINK, Blob, Commit, Tag, Tree
from dulwich.repo import Repo
from urllib3.exceptions import HTTPError

from candyce.lib.bounded_process import MEGABYTE, serve
from candyce.lib.git_links import Link, split_ref
from candyce.lib.guarded_net import Guard, make_pool
from candyce.lib.outgoing import name_error
from candyce.lib.outgoing_errors import OutgoingError

ENTRY_LIMIT = 50_000  # files and folders looked at
DEPTH_LIMIT = 40
NOTEBOOKS_LIMIT = 300  # folders with notebooks that are told
LFS = b"version https://git-lfs.github.com/spec/"
REF_PREFIXES = (b"HEAD", b"refs/heads/", b"refs/tags/")
_BROKEN = (
    *(GitProtocolError, HangupException, UnexpectedCommandError, ChecksumMismatch),
    *(FileFormatException, ObjectFormatException, KeyError, ValueError, AssertionError),
)


class Refused(Exception):
    """The answer is an error: its code and what its sentence names."""

    def __init__(self, code: str, **names: Any) -> None:
        self.code, self.names = code, names
        super().__init__(code)


class _Client(Urllib3HttpGitClient):
    def _discover_references(self, *args: Any, **options: Any) -> Any:
        found = super()._discover_references(*args, **options)
        if self.dumb:  # the files of a repository behind a plain web server, or any web page
            raise Refused("git_not")
        return found


class _Nothing:
    """Says that we have no commit yet."""

    shallow = None

    def __next__(self) -> None:
        return None

    def ack(self, _sha: bytes) -> None:
        return

    def nak(self) -> None:
        return


class Source:
    """One repository, read into a bare one in ``folder``."""

    def __init__(self, link: Link, pool: Any, folder: Path) -> None:
        self.link = link
        self.repo = Repo.init_bare(folder)
        self.client = _Client(link.repository, pool_manager=pool, config=ConfigDict(), quiet=True)

    def open(self) -> Tree:
        """Fetch the folders of the wanted state; gives its top. ``link`` is then sure of its branch."""
        found = self.client.get_refs("", ref_prefix=REF_PREFIXES)
        refs = {name: sha for name, sha in found.refs.items() if sha and not name.endswith(b"^{}")}
        if not refs:
            raise Refused("git_empty")
        names = {name.split(b"/", 2)[-1].decode(errors="replace") for name in refs}
        self.link = split_ref(self.link, names)
        sha = self._choose(refs, found.symrefs)
        self._fetch([sha], depth=1, filter_spec=b"blob:none")
        top = self.repo[sha]
        while isinstance(top, Tag):
            top = self.repo[top.object[1]]
        if not isinstance(top, Commit):
            raise Refused("git_ref", ref=self.link.ref)
        tree = self.repo[top.tree]
        assert isinstance(tree, Tree)
        return tree

    def _choose(self, refs: Mapping[Any, Any], symrefs: Mapping[Any, Any]) -> bytes:
        ref = self.link.ref
        if not ref or ref == "HEAD":
            head = symrefs.get(b"HEAD", b"")
            name = next((n for n in (b"HEAD", head, b"refs/heads/main") if n in refs), min(refs))
            shown = (head or name).rpartition(b"refs/heads/")[2].decode(errors="replace")
            self.link = Link(self.link.repository, "" if shown == "HEAD" else shown, self.link.path)
            return refs[name]
        for prefix in (b"refs/heads/", b"refs/tags/"):
            if prefix + ref.encode() in refs:
                return refs[prefix + ref.encode()]
        if len(ref) == 40 and all(c in "0123456789abcdef" for c in ref):
            return ref.encode()
        raise Refused("git_ref", ref=ref)

    def _fetch(self, wants: list[Any], **options: Any) -> None:
        file, commit, abort = self.repo.object_store.add_pack()
        try:
            self.client.fetch_pack(
                "",
                lambda _refs, depth=None: wants,  # noqa: ARG005
                _Nothing(),
                file.write,
                ref_prefix=REF_PREFIXES,
                **options,
            )
        except BaseException:
            abort()
            raise
        commit()

    def find(self, top: Tree, path: str) -> tuple[int, bytes]:
        """Mode and hash of what stands at the path; raises :class:`Refused`."""
        mode, sha = stat.S_IFDIR, top.id
        for part in filter(None, path.split("/")):
            tree = self.repo[sha] if stat.S_ISDIR(mode) else None
            if not isinstance(tree, Tree) or part.encode() not in tree:
                raise Refused("git_path", path=path)
            mode, sha = tree[part.encode()]
        return mode, sha

    def walk(self, sha: bytes) -> Iterator[tuple[str, int, bytes]]:
        """``(path, mode, hash)`` of all that is below a folder but folders; bounded."""
        seen = 0
        folders = [("", sha)]
        while folders:
            inside, sha = folders.pop()
            if inside.count("/") > DEPTH_LIMIT:
                raise Refused("git_deep")
            tree = self.repo[sha]
            if not isinstance(tree, Tree):
                raise Refused("git_not")
            for name, mode, child in tree.items():
                seen += 1
                if seen > ENTRY_LIMIT:
                    raise Refused("git_many")
                path = inside + _read_name(name)
                if stat.S_ISDIR(mode):
                    folders.append((f"{path}/", child))
                else:
                    yield path, mode, child

    def bring(self, shas: list[Any]) -> None:
        """Fetch the contents that the first fetch left out."""
        store = self.repo.object_store
        missing = [sha for sha in dict.fromkeys(shas) if sha not in store]
        if missing:
            self._fetch(missing)


def _read_name(name: bytes) -> str:
    if name in {b"", b".", b".."} or name.lower() == b".git" or b"/" in name or b"\0" in name:
        raise Refused("git_names")
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp1252", "replace")


def look(source: Source) -> dict[str, Any]:
    """The folders of the repository in which notebooks stand, or the one file that the link names."""
    top = source.open()
    mode, sha = source.find(top, source.link.path)
    answer = {"ref": source.link.ref, "path": source.link.path, "file": not stat.S_ISDIR(mode)}
    if answer["file"]:
        return answer | {"folders": []}
    counts: dict[str, list[int]] = {}
    root = source.link.path
    for path, _mode, _sha in source.walk(sha):
        folder = path.rpartition("/")[0]
        if path.lower().endswith((".ipynb", ".md")):
            kind = 0 if path.lower().endswith(".ipynb") else 1
            counts.setdefault(folder, [0, 0])[kind] += 1
    folders = [
        {"path": "/".join(filter(None, (root, folder))), "notebooks": count[0]}
        for folder, count in sorted(counts.items())
        if count[0]
    ]
    return answer | {"folders": folders[:NOTEBOOKS_LIMIT], "more": len(folders) > NOTEBOOKS_LIMIT}


def take(source: Source, limits: dict[str, int], target: Path) -> dict[str, Any]:
    """Write the folder (or the one file) into the zip ``target``; tells what was left out and why."""
    top = source.open()
    mode, sha = source.find(top, source.link.path)
    left: dict[str, list[str]] = {"links": [], "modules": [], "large": []}
    wanted = []
    name = source.link.path.rpartition("/")[2]
    found = source.walk(sha) if stat.S_ISDIR(mode) else iter([(name, mode, sha)])
    for path, kind, child in found:
        if S_ISGITLINK(kind):
            left["modules"].append(path)
        elif stat.S_ISLNK(kind):
            left["links"].append(path)
        else:
            wanted.append((path, child))
    if len(wanted) > limits["count"]:
        raise Refused("git_count", limit=limits["count"])
    source.bring([child for _path, child in wanted])
    total = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, child in wanted:
            data = _read(source, child, path, limits["file"])
            total += len(data)
            if total > limits["total"]:
                raise Refused("git_large", limit=limits["total"] // MEGABYTE)
            if data.startswith(LFS):
                left["large"].append(path)
            else:
                archive.writestr(path, data)
    shown = {kind: paths[:20] for kind, paths in left.items() if paths}
    return {"ref": source.link.ref, "path": source.link.path, "left": shown}


def _read(source: Source, sha: bytes, path: str, limit: int) -> bytes:
    blob = source.repo[sha]
    if not isinstance(blob, Blob):
        raise Refused("git_not")
    if blob.raw_length() > limit:
        raise Refused("git_file", path=path, limit=limit // MEGABYTE)
    return blob.as_raw_string()


def work(request: dict[str, Any]) -> dict[str, Any]:
    """Answer ``{"verb": "look" | "take", "link": {…}, "limits": {…}, "net": {…}, "folder": "…"}``."""
    net, folder = request["net"], Path(request["folder"])
    logging.getLogger("dulwich").setLevel(logging.ERROR)  # that a server cannot filter is no news
    guard = Guard(hosts=net["hosts"], schemes=("https",), seconds=net["seconds"], size=net["size"])
    pool = make_pool(guard, redirects=4, proxy=net["proxy"])
    try:
        with _named(guard):
            source = Source(Link(**request["link"]), pool, folder)
            if request["verb"] == "look":
                return look(source)
            return take(source, request["limits"], folder / "folder.zip")
    except Refused as error:
        return {"error": error.code, "names": error.names}
    except OutgoingError as error:
        return {"error": error.code, "names": error.names}


@contextmanager
def _named(guard: Guard) -> Iterator[None]:
    """Turn what dulwich raises into our codes."""
    try:
        yield
    except HTTPUnauthorized as error:
        raise Refused("git_private") from error
    except NotGitRepository as error:
        raise Refused("git_missing") from error
    except MemoryError as error:
        raise Refused("git_swells") from error
    except _BROKEN as error:
        if isinstance(error.__cause__, HTTPError):
            raise name_error(error.__cause__, guard) from error
        raise Refused("git_not") from error


if __name__ == "__main__":
    serve(work, memory=1024 * MEGABYTE, file_size=1024 * MEGABYTE)
