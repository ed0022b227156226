"""The one service worker of the editor's origin."""

from __future__ import annotations

import hashlib
import json

import pytest

from candyce.lib.editor_worker import PATH, EditorWorker, vary_on_workers


@pytest.fixture
def folders(tmp_path):
    site, packages = tmp_path / "site", tmp_path / "packages"
    (site / "packages").mkdir(parents=True)
    (site / "notebooks").mkdir()
    packages.mkdir()
    (site / "notebooks" / "index.html").write_text("<!doctype html>")
    (site / "service.js").write_text("go();")
    (site / "offline.json").write_text(
        '{"version": "x", "files": {"a.js": "00"}, "first": ["a.js"]}'
    )
    (site / "packages" / "index.json").write_text('{"packages": {}}')
    return site, packages


async def ask(worker, path, **headers):
    sent = []

    async def send(message):
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": raw}
    if not await worker.serve(scope, vary_on_workers(send)):
        return None
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def make(folders, *, days=7):
    return EditorWorker(*folders, lambda path, _url: {"X-Path": path.rpartition(".")[2]}, days=days)


def read(body):
    return json.loads(body.split(b"=", 1)[1].split(b";\n", 1)[0])


async def test_script_names_files_hashes_and_headers(folders):
    status, headers, body = await ask(make(folders), PATH, service_worker="script")
    build = read(body)
    assert status == 200
    assert headers[b"cache-control"] == b"no-cache"
    assert body.endswith(b"go();")
    assert build["page"] == {"X-Path": "html"}
    assert build["file"] == {"X-Path": "js"}
    assert set(build["files"]) == {"a.js", "packages/index.json"}


async def test_mirrored_packages_come_with_the_locks_hashes(folders):
    worker = make(folders)
    before = read((await ask(worker, PATH))[2])["version"]
    index = {"packages": {"numpy": {"file_name": "numpy.whl", "sha256": "abc"}}}
    (folders[1] / "index.json").write_text(json.dumps(index))
    build = read((await ask(worker, PATH))[2])
    assert build["files"]["packages/numpy.whl"] == "abc"
    found = hashlib.sha256((folders[1] / "index.json").read_bytes()).hexdigest()
    assert build["files"]["packages/index.json"] == found
    assert build["version"] != before


@pytest.mark.parametrize("path", ["/edit/pyodide/kernel-worker.js", "/api/raw/evil.js", "/edit/"])
async def test_nothing_else_can_be_registered(folders, path):
    worker = make(folders)
    assert (await ask(worker, path, service_worker="script"))[0] == 403
    assert await ask(worker, path) is None


async def test_switched_off_the_script_takes_itself_away(folders):
    body = (await ask(make(folders, days=0), PATH))[2]
    assert b"unregister" in body
    assert b"CANDYCE" not in body


async def test_cached_script_is_asked_for_again_before_it_becomes_a_worker():
    sent = []

    async def send(message):
        sent.append(message)

    message = {"type": "http.response.start", "headers": [(b"Vary", b"Accept-Encoding")]}
    await vary_on_workers(send)(message)
    assert (b"vary", b"Accept-Encoding, Service-Worker") in sent[0]["headers"]
