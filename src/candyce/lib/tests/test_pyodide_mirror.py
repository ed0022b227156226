"""Packages come from an archive, a folder or a shaky address, and only what the lock describes."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from candyce.lib.pyodide_mirror import Distribution, closure, main, mirror
from candyce.lib.pyodide_sources import MirrorError

FILES = {
    "numpy-2.0-wasm.whl": b"n" * 700_000,
    "pandas-3.0-wasm.whl": b"p" * 5_000,
    "six-1.0.whl": b"s" * 100,
}


def entry(file_name: str, depends: list[str]) -> dict[str, object]:
    name, version = file_name.removesuffix(".whl").split("-")[:2]
    sha256 = hashlib.sha256(FILES[file_name]).hexdigest()
    return {
        "name": name,
        "version": version,
        "file_name": file_name,
        "depends": depends,
        "imports": [name],
        "sha256": sha256,
    }


@pytest.fixture
def distribution() -> Distribution:
    packages = {
        "numpy": entry("numpy-2.0-wasm.whl", []),
        "pandas": entry("pandas-3.0-wasm.whl", ["numpy", "six"]),
        "six": entry("six-1.0.whl", []),
    }
    return Distribution("1.0", {"python": "3.14"}, packages, frozenset({"six"}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "source"
    place.mkdir()
    for name, content in FILES.items():
        (place / name).write_bytes(content)
    return place


class Shaky(http.server.BaseHTTPRequestHandler):
    """Serves FILES with ranges; hangs up in the middle of each first whole answer."""

    asked: list[tuple[str, str | None]]
    hang_up = True
    ranges = True
    content = FILES

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        wanted = self.headers.get("Range")
        self.asked.append((name, wanted))
        body = self.content.get(name)
        if body is None:
            self.send_error(404)
            return
        start = 0
        if wanted and self.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:]
        if self.hang_up and not wanted and len(body) > 100_000:
            rest = rest[:300_000]
            self.close_connection = True
        self.wfile.write(rest)


@pytest.fixture
def address() -> Iterator[tuple[str, type[Shaky]]]:
    handler = type("Handler", (Shaky,), {"asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/full", handler
    server.shutdown()
    server.server_close()


def index(destination: Path) -> dict[str, dict[str, object]]:
    return json.loads((destination / "index.json").read_text())["packages"]


def test_closure_follows_dependencies_but_leaves_out_what_the_kernel_has(
    distribution: Distribution,
) -> None:
    assert closure(["Pandas"], distribution) == ["pandas", "numpy"]


def test_unknown_package_is_named_in_the_error(distribution: Distribution) -> None:
    with pytest.raises(MirrorError, match="tensorflow"):
        closure(["tensorflow"], distribution)


def test_folder_gives_files_and_an_index_without_built_in_dependencies(
    distribution: Distribution, folder: Path, tmp_path: Path
) -> None:
    to = tmp_path / "packages"
    report = mirror(["pandas"], folder, to, distribution=distribution)
    assert sorted(report.fetched) == ["numpy", "pandas"]
    assert report.bytes == 705_000
    assert sorted(index(to)) == ["numpy", "pandas"]
    assert index(to)["pandas"]["depends"] == ["numpy"]
    assert (to / "numpy-2.0-wasm.whl").read_bytes() == FILES["numpy-2.0-wasm.whl"]


def test_second_run_fetches_nothing_and_keeps_earlier_packages(
    distribution: Distribution, folder: Path, tmp_path: Path
) -> None:
    to = tmp_path / "packages"
    mirror(["numpy"], folder, to, distribution=distribution)
    report = mirror(["pandas"], folder, to, distribution=distribution)
    assert (report.fetched, report.present) == (["pandas"], ["numpy"])
    for path in folder.iterdir():
        path.unlink()
    assert mirror(["pandas"], folder, to, distribution=distribution).fetched == []


@pytest.mark.parametrize("kind", ["tar.bz2", "tar.gz", "zip"])
def test_archives_of_the_whole_distribution(
    kind: str, distribution: Distribution, folder: Path, tmp_path: Path
) -> None:
    archive = tmp_path / f"pyodide.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for path in folder.iterdir():
                packed.write(path, f"pyodide/{path.name}")
    else:
        with tarfile.open(archive, f"w:{kind.removeprefix('tar.')}") as packed:
            packed.add(folder, "pyodide")
    to = tmp_path / "packages"
    report = mirror(["pandas"], archive, to, distribution=distribution)
    assert sorted(report.fetched) == ["numpy", "pandas"]


def test_address_goes_on_where_it_was_cut(
    distribution: Distribution, address: tuple[str, type[Shaky]], tmp_path: Path
) -> None:
    url, handler = address
    seen: list[int] = []
    report = mirror(
        ["numpy"],
        url,
        tmp_path / "packages",
        lambda _name, done, _total: seen.append(done),
        distribution=distribution,
    )
    assert report.fetched == ["numpy"]
    assert handler.asked == [
        ("numpy-2.0-wasm.whl", None),
        ("numpy-2.0-wasm.whl", "bytes=300000-"),
    ]
    assert seen == sorted(seen)
    assert seen[-1] == 700_000


def test_part_of_an_earlier_run_is_continued(
    distribution: Distribution, address: tuple[str, type[Shaky]], tmp_path: Path
) -> None:
    url, handler = address
    to = tmp_path / "packages"
    to.mkdir()
    (to / "numpy-2.0-wasm.whl.part").write_bytes(b"n" * 600_000)
    mirror(["numpy"], url, to, distribution=distribution)
    assert handler.asked == [("numpy-2.0-wasm.whl", "bytes=600000-")]
    assert not (to / "numpy-2.0-wasm.whl.part").exists()


def test_server_without_ranges_starts_again(
    distribution: Distribution, address: tuple[str, type[Shaky]], tmp_path: Path
) -> None:
    url, handler = address
    handler.hang_up, handler.ranges = False, False
    to = tmp_path / "packages"
    to.mkdir()
    (to / "numpy-2.0-wasm.whl.part").write_bytes(b"?" * 600_000)
    mirror(["numpy"], url, to, distribution=distribution)
    assert (to / "numpy-2.0-wasm.whl").read_bytes() == FILES["numpy-2.0-wasm.whl"]


def test_wrong_hash_is_refused_and_leaves_nothing(
    distribution: Distribution, address: tuple[str, type[Shaky]], tmp_path: Path
) -> None:
    url, handler = address
    handler.content = {"numpy-2.0-wasm.whl": b"evil"}
    to = tmp_path / "packages"
    with pytest.raises(MirrorError, match=r"numpy-2\.0-wasm\.whl"):
        mirror(["numpy"], url, to, distribution=distribution)
    assert list(to.glob("numpy*")) == []


def test_missing_file_is_named(
    distribution: Distribution, address: tuple[str, type[Shaky]], tmp_path: Path
) -> None:
    url, handler = address
    handler.content = {}
    with pytest.raises(MirrorError, match="numpy"):
        mirror(["numpy"], url, tmp_path / "packages", distribution=distribution)


def test_closed_network_is_said_plainly(
    distribution: Distribution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("candyce.lib.pyodide_sources.TRIES", 1)
    with pytest.raises(MirrorError, match="candyce packages --from"):
        mirror(["numpy"], "http://127.0.0.1:9/", tmp_path / "packages", distribution=distribution)


@pytest.mark.parametrize("name", ["../numpy-2.0-wasm.whl", "/etc/numpy-2.0-wasm.whl"])
def test_archive_that_would_escape_is_refused(
    name: str, distribution: Distribution, tmp_path: Path
) -> None:
    archive = tmp_path / "evil.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        member = tarfile.TarInfo(name)
        member.size = 4
        packed.addfile(member, io.BytesIO(b"evil"))
    to = tmp_path / "deep" / "packages"
    with pytest.raises(MirrorError, match="hostile"):
        mirror(["numpy"], archive, to, distribution=distribution)
    assert list(tmp_path.glob("**/*.whl")) == []


def test_link_in_an_archive_is_not_followed(distribution: Distribution, tmp_path: Path) -> None:
    archive = tmp_path / "links.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        member = tarfile.TarInfo("pyodide/numpy-2.0-wasm.whl")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(member)
    with pytest.raises(MirrorError, match="numpy"):
        mirror(["numpy"], archive, tmp_path / "packages", distribution=distribution)


def test_bomb_in_an_archive_is_cut(
    distribution: Distribution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("candyce.lib.pyodide_sources.MAX_FILE", 10_000)
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("numpy-2.0-wasm.whl", b"\0" * 50_000_000)
    with pytest.raises(MirrorError):
        mirror(["numpy"], archive, tmp_path / "packages", distribution=distribution)


def test_unreadable_archive_and_unknown_source(distribution: Distribution, tmp_path: Path) -> None:
    archive = tmp_path / "broken.tar.bz2"
    archive.write_bytes(b"not an archive")
    for source in (archive, tmp_path / "nowhere"):
        with pytest.raises(MirrorError, match=source.name):
            mirror(["numpy"], source, tmp_path / "packages", distribution=distribution)


def test_lock_cannot_name_a_path(distribution: Distribution, folder: Path, tmp_path: Path) -> None:
    distribution.packages["numpy"]["file_name"] = "../numpy-2.0-wasm.whl"
    with pytest.raises(MirrorError):
        mirror(["numpy"], folder, tmp_path / "packages", distribution=distribution)


def test_command_mirrors_and_lists(
    distribution: Distribution,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    built = tmp_path / "build" / "editor" / "pyodide"
    built.mkdir(parents=True)
    lock = {"info": distribution.info, "packages": distribution.packages}
    (built / "upstream-lock.json").write_text(json.dumps(lock))
    own = {"version": "1.0", "built_in": ["six"], "lock": {"packages": {}}}
    (built / "distribution.json").write_text(json.dumps(own))
    to = str(tmp_path / "packages")
    assert main(["pandas", "--from", str(folder), "--to", to]) == 0
    assert main(["--list", "--to", to]) == 0
    assert "numpy 2.0\npandas 3.0" in capsys.readouterr().out
    assert main(["missing", "--from", str(folder), "--to", to]) == 1
    assert "missing" in capsys.readouterr().err
