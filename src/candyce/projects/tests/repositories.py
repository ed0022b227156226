"""Git repositories on the loopback, behind dulwich's own server or git's."""

from __future__ import annotations

import os
import stat
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo
from dulwich.server import DictBackend
from dulwich.web import make_wsgi_chain

Files = Mapping[str, bytes | tuple[int, bytes]]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args) -> None:
        return


def make_repository(folder: Path, files: Files, *, branch: str = "main") -> Repo:
    """A bare repository with one commit; a value may be ``(mode, content or hash)``."""
    repo = Repo.init_bare(str(folder), mkdir=True) if not folder.exists() else Repo(str(folder))
    commit = Commit()
    commit.tree = _make_tree(repo, files)
    commit.author = commit.committer = b"Ada <ada@example.org>"
    commit.author_time = commit.commit_time = 1_700_000_000
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = b"Course"
    repo.object_store.add_object(commit)
    repo.refs[f"refs/heads/{branch}".encode()] = commit.id
    if branch == "main":
        repo.refs.set_symbolic_ref(b"HEAD", b"refs/heads/main")
    return repo


def _make_tree(repo: Repo, files: Files) -> bytes:
    tree, folders = Tree(), {}
    for path, content in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = content
            continue
        mode, data = content if isinstance(content, tuple) else (0o100644, content)
        if mode == 0o160000:
            tree.add(name.encode(), mode, data)
            continue
        blob = Blob.from_string(data)
        repo.object_store.add_object(blob)
        tree.add(name.encode(), mode, blob.id)
    for name, inner in folders.items():
        tree.add(name.encode(), stat.S_IFDIR, _make_tree(repo, inner))
    repo.object_store.add_object(tree)
    return tree.id


def _with_git(root: Path):
    """git's own server, as a WSGI application."""

    def application(environ, start):
        given = {name: value for name, value in environ.items() if isinstance(value, str)}
        given |= {"GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1"}
        given |= {"PATH": os.environ["PATH"], "GIT_PROTOCOL": environ.get("HTTP_GIT_PROTOCOL", "")}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        command = ["git", "http-backend"]
        done = subprocess.run(command, input=body, env=given, capture_output=True, check=False)
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        fields = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")]
        status = next((value for name, value in fields if name == "Status"), "200 OK")
        start(status, [field for field in fields if field[0] != "Status"])
        return [answer]

    return application


@contextmanager
def serve_repositories(root: Path, *, git: bool = False) -> Iterator[str]:
    """``http://127.0.0.1:port`` over the repositories in a folder."""
    backend = DictBackend({f"/{one.name}": Repo(str(one)) for one in root.iterdir()})
    application = _with_git(root) if git else make_wsgi_chain(backend)
    server = make_server("127.0.0.1", 0, application, handler_class=_Quiet)
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    ).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
