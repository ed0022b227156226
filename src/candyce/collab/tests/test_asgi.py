"""The dispatch between static sites, live documents and Django, by host and path."""

from __future__ import annotations

import asyncio

import pytest

from candyce.asgi import Application, get_editor_policy

EDITOR, PORTAL = "127.0.0.1:8000", "localhost:8000"


async def get(path: str, host: str, settings=None):
    sent = []

    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if messages:
            return messages.pop()
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", host.encode())],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8000),
    }
    await Application()(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture(autouse=True)
def _sites(tmp_path, settings):
    editor, packages, portal = tmp_path / "editor", tmp_path / "packages", tmp_path / "portal"
    for folder in (editor / "notebooks", packages, portal):
        folder.mkdir(parents=True)
    (editor / "notebooks" / "index.html").write_text("<script>start()</script>")
    (editor / "worker.js").write_text("x")
    (portal / "portal.css").write_text("x")
    settings.EDITOR_SITE, settings.PACKAGES_DIR = editor, packages
    settings.STATICFILES_DIRS = [portal]
    settings.CANDYCE_EDITOR_URL, settings.CANDYCE_PORTAL_URL = (
        f"http://{EDITOR}",
        f"http://{PORTAL}",
    )


async def test_the_editors_page_is_isolated_and_bound_by_its_policy():
    status, headers, _body = await get("/edit/notebooks/index.html", EDITOR)
    assert status == 200
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert "'sha256-" in policy
    assert "connect-src 'self' ws://127.0.0.1:8000 data: blob:;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "access-control-allow-origin" not in headers


async def test_a_worker_is_bound_by_the_policy_too():
    _status, headers, _body = await get("/edit/worker.js", EDITOR)
    assert "connect-src 'self'" in headers["content-security-policy"]


async def test_a_folder_shows_its_index_page():
    assert (await get("/edit/notebooks/", EDITOR))[0] == 200


async def test_packages_that_arrive_later_are_served(settings):
    assert (await get("/edit/packages/numpy.whl", EDITOR))[0] == 404
    (settings.PACKAGES_DIR / "numpy.whl").write_bytes(b"zip")
    assert (await get("/edit/packages/numpy.whl", EDITOR))[2] == b"zip"


async def test_further_hosts_are_in_the_policy_only_when_configured(settings):
    settings.EDITOR_CONNECT_HOSTS = ["https://data.example.org"]
    assert (
        "connect-src 'self' ws://127.0.0.1:8000 data: blob: https://data.example.org;"
        in get_editor_policy([])
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "host"),
    [("/edit/worker.js", PORTAL), ("/static/portal.css", EDITOR), ("/edit/none.js", EDITOR)],
)
async def test_a_file_of_one_origin_is_not_on_the_other(path, host):
    assert (await get(path, host))[0] == 404


async def test_static_files_of_builds_and_of_rooms_are_on_the_portal():
    assert (await get("/static/portal.css", PORTAL))[2] == b"x"
    assert (await get("/static/web/icon.svg", PORTAL))[0] == 200


@pytest.mark.parametrize("path", ["/", "/edit/worker.js", "/static/portal.css"])
async def test_an_unknown_host_is_answered_nothing(path):
    assert (await get(path, "evil.example"))[0] == 400
