"""Static files served from the event loop."""

from __future__ import annotations

import brotli
import pytest

from candyce.lib.static import AT_ONCE, HASHED, StaticFiles, get_script_hashes


async def get(site: StaticFiles, path: str, method: str = "GET", **headers: str):
    sent = []

    async def send(message):
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b""}
    if not await site.serve(scope, send):
        return None
    answer = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answer, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def folder(tmp_path):
    script = b"console.log('x');\n" * 100
    (tmp_path / "main.0123abcd.js").write_bytes(script)
    (tmp_path / "main.0123abcd.js.br").write_bytes(brotli.compress(script))
    (tmp_path / "index.html").write_text("<script>go()</script>")
    (tmp_path / "big.wasm").write_bytes(b"w" * (AT_ONCE + 5))
    (tmp_path / "sub").mkdir()
    return tmp_path


@pytest.fixture(params=[False, True], ids=["listed", "fresh"])
def site(request, folder):
    site = StaticFiles(lambda path, _url: {"X-Kind": path.rpartition(".")[2]}, fresh=request.param)
    site.add(folder, "/edit/")
    return site


async def test_a_hashed_file_comes_compressed_and_for_ever(site):
    status, headers, body = await get(site, "/edit/main.0123abcd.js", accept_encoding="gzip, br")
    assert status == 200
    assert headers["content-encoding"] == "br"
    assert "immutable" in headers["cache-control"]
    assert headers["vary"] == "Accept-Encoding"
    assert brotli.decompress(body).startswith(b"console.log")


async def test_without_brotli_it_comes_plain(site):
    _status, headers, body = await get(site, "/edit/main.0123abcd.js")
    assert "content-encoding" not in headers
    assert body.startswith(b"console.log")
    assert headers["content-type"].startswith("text/javascript")


async def test_a_page_is_asked_for_again_each_time_and_answered_briefly(site):
    _status, headers, _body = await get(site, "/edit/index.html")
    assert headers["cache-control"] == "no-cache"
    assert headers["x-kind"] == "html"
    status, _headers, body = await get(site, "/edit/index.html", if_none_match=headers["etag"])
    assert (status, body) == (304, b"")


async def test_a_large_file_comes_whole_and_a_part_of_it_on_request(site):
    _status, headers, body = await get(site, "/edit/big.wasm")
    assert headers["content-type"] == "application/wasm"
    assert len(body) == AT_ONCE + 5
    status, headers, body = await get(site, "/edit/big.wasm", range="bytes=0-9")
    assert (status, body) == (206, b"w" * 10)


async def test_head_has_no_body_and_other_methods_are_refused(site):
    assert (await get(site, "/edit/index.html", "HEAD"))[2] == b""
    assert (await get(site, "/edit/index.html", "POST"))[0] == 405


@pytest.mark.parametrize(
    "path",
    [
        "/edit/none.js",
        "/edit/../secret",
        "/edit/sub",
        "/edit/sub/",
        "/edit//index.html",
        "/x",
        "/edit/\x00",
    ],
)
async def test_what_is_not_there_is_not_answered(site, folder, path):
    (folder.parent / "secret").write_text("x")
    assert await get(site, path) is None


@pytest.mark.parametrize(
    ("name", "hashed"),
    [
        ("main.0123abcd.js", True),
        ("a-0123456789abcdef0123.whl", True),
        ("0123456789ab.js", True),
        ("python3.14.zip", False),
        ("jupyter-lite.json", False),
        ("facade.js", False),
        ("deadbeef.js", False),
    ],
)
def test_names_with_a_hash_are_told_apart(name, hashed):
    assert bool(HASHED.search(f"/edit/{name}")) == hashed


def test_inline_scripts_get_a_hash_and_data_blocks_none():
    html = b"""<script type="application/json">{"a": 1}</script><script src="x.js"></script>
    <script>go()</script><script type="module">import "./x.js"</script>"""
    first, second = get_script_hashes(html)
    assert first.startswith("'sha256-")
    assert second != first
