import gzip
import itertools
import socket
import ssl
import subprocess
import threading
import time
from ipaddress import ip_address

import pytest
from django.utils import translation

from candyce.lib import guarded_net, outgoing
from candyce.lib.guarded_net import is_public
from candyce.lib.outgoing import fetch
from candyce.lib.outgoing_errors import (
    BY_CODE,
    AddressRefused,
    BadAnswer,
    CertificateRefused,
    TooManyRedirects,
    TooMuch,
    TooSlow,
    UnknownHost,
    Unreachable,
    UrlRefused,
)
from candyce.lib.tests.loopback import make_answer, say, send_for_ever, serve


@pytest.fixture
def allow(settings):
    """Put hosts on the operator's list."""

    def do_allow(*hosts: str) -> None:
        settings.CANDYCE_OUTGOING_HOSTS = [*settings.CANDYCE_OUTGOING_HOSTS, *hosts]

    settings.CANDYCE_OUTGOING_HOSTS = []
    return do_allow


def get(allow, answer, path="/", **options):
    with serve(answer) as host:
        allow(host)
        return fetch(f"http://{host}{path}", **options)


def test_fetch_gives_the_answer_of_a_site(allow):
    asked = []

    def answer(connection, request):
        asked.append(request.decode())
        connection.sendall(make_answer(b"bonjour", Set_Cookie="a=b"))

    found = get(allow, answer, "/x?y=1")

    assert (found.status, found.content, found.cut) == (200, b"bonjour", False)
    assert asked[0].startswith("GET /x?y=1 HTTP/1.1\r\n")
    assert "cookie" not in asked[0].lower()
    assert "authorization" not in asked[0].lower()


def test_fetch_gives_a_refusal_of_the_site_as_an_answer(allow):
    assert get(allow, say(make_answer(status="404 Not Found"))).status == 404


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/", "file:///etc/passwd", "gopher://example.org", "//example.org", "x"),
        *("http://user@example.org/", "http://user:pw@example.org/", "http://@example.org/"),
        *("https://example.org:22/", "http://example.org:443/", "https://example.org:80/"),
        *("http://a\\@b/", "http://a b/", "http://a\n/", "https://example.org:0/", ""),
        *("https:///x", f"https://example.org/{'x' * 3000}", "https://[fe80::1%25eth0]/"),
        "https://[",
    ],
)
def test_an_unusual_address_is_refused_before_anything_is_asked(url, allow, monkeypatch):
    monkeypatch.setattr(guarded_net.socket, "getaddrinfo", None)

    with pytest.raises(UrlRefused):
        fetch(url)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
        *("2130706433", "0x7f.1", "127.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[ff02::1]"),
        *("[::ffff:127.0.0.1]", "[::ffff:8.8.8.8]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
        *("[2001::1]", "[::7f00:1]", "192.0.0.8", "198.18.0.1", "192.0.2.1", "[2001:db8::1]"),
    ],
)
def test_a_private_address_is_refused_in_whatever_clothes(host, allow):
    with pytest.raises(AddressRefused):
        fetch(f"http://{host}/")


def test_public_addresses_are_public():
    assert is_public(ip_address("8.8.8.8"))
    assert is_public(ip_address("2606:4700::1111"))


def test_a_name_of_a_private_address_is_refused_and_the_socket_goes_to_what_was_checked(
    allow, monkeypatch
):
    asked, opened = [], []
    answers = [[("93.184.216.34", 80), ("10.0.0.1", 80)], [("127.0.0.1", 80)]]

    def look_up(host, port, **_options):
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", one) for one in answers[len(asked) - 1]]

    class Recorder(socket.socket):
        def connect(self, address):
            opened.append(address)
            raise ConnectionRefusedError

    monkeypatch.setattr(guarded_net.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(guarded_net.socket, "socket", Recorder)

    with pytest.raises(Unreachable):
        fetch("http://rebinding.example/")
    with pytest.raises(AddressRefused):
        fetch("http://rebinding.example/")

    assert opened == [("93.184.216.34", 80)]
    assert asked == ["rebinding.example"] * 2


def test_a_listed_host_without_a_port_has_the_usual_ports_only(allow):
    allow("127.0.0.1")
    with serve(say(make_answer())) as host, pytest.raises(UrlRefused):
        fetch(f"http://{host}/")


def test_an_unknown_name_and_a_closed_port_are_told_apart(allow):
    with serve(say(make_answer())) as host:
        allow(host)

    with pytest.raises(Unreachable):
        fetch(f"http://{host}/")
    with pytest.raises(UnknownHost):
        fetch("http://no-such-site.invalid/")


def test_a_name_server_that_hangs_costs_no_more_than_the_time(allow, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr(guarded_net.socket, "getaddrinfo", lambda *_a, **_k: [][: stop.wait(20)])
    with pytest.raises(TooSlow):
        fetch("http://slow.example/", seconds=0.1)
    stop.set()


def test_a_redirect_is_followed_and_said(allow):
    def answer(connection, request):
        body = (
            make_answer(b"here")
            if b"/b" in request[:9]
            else make_answer(status="302 Found", Location="/b")
        )
        connection.sendall(body)

    found = get(allow, answer, "/a")

    assert found.content == b"here"
    assert found.url.endswith("/b")


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("http://localhost/", AddressRefused),
        ("http://169.254.169.254/latest/meta-data/", AddressRefused),
        ("http://127.0.0.1:1/", UrlRefused),
        ("file:///etc/passwd", UrlRefused),
        ("http://a:b@example.org/", UrlRefused),
    ],
)
def test_a_redirect_to_what_is_refused_is_refused(target, error, allow):
    with pytest.raises(error):
        get(allow, say(make_answer(status="302 Found", Location=target)))


def test_redirects_without_end_end(allow):
    hits = []

    def answer(connection, request):
        hits.append(1)
        connection.sendall(make_answer(status="301 Moved", Location=f"/{len(hits)}"))

    with pytest.raises(TooManyRedirects):
        get(allow, answer)
    assert len(hits) == outgoing.REDIRECTS + 1


def test_a_host_that_hangs_is_left(allow):
    stop = threading.Event()
    with pytest.raises(TooSlow):
        get(allow, lambda *_: stop.wait(20), seconds=0.2)
    stop.set()


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX: ", make_answer(Content_Length="99")]
)
def test_a_host_that_drips_is_left(start, allow):
    def answer(connection, request):
        connection.sendall(start)
        parts = (time.sleep(0.02) or b"H" for _ in itertools.count())
        send_for_ever(connection, parts)

    with pytest.raises(TooSlow):
        get(allow, answer, seconds=0.3)


def test_an_endless_answer_is_cut_at_the_limit(allow):
    def answer(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        send_for_ever(connection, itertools.repeat(b"x" * 65536))

    with pytest.raises(TooMuch):
        get(allow, answer, size=2**20)
    found = get(allow, answer, size=2**20, cut=True)
    assert (len(found.content), found.cut) == (2**20, True)


def test_endless_headers_are_refused(allow):
    def answer(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        send_for_ever(connection, (b"X-%d: y\r\n" % n for n in itertools.count()))

    with pytest.raises(BadAnswer):
        get(allow, answer)
    large = {f"X-{n}": "y" * 8000 for n in range(10)}
    with pytest.raises(BadAnswer):
        get(allow, say(make_answer(b"", **large)))


def test_interim_answers_without_end_are_counted_too(allow):
    def answer(connection, request):
        send_for_ever(connection, itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000))

    with pytest.raises(TooMuch):
        get(allow, answer, size=2**20, seconds=5)


def test_a_compressed_bomb_is_refused_while_it_is_expanded(allow):
    bomb = gzip.compress(b"\0" * (40 * 2**20))
    assert len(bomb) < 50_000
    with pytest.raises(TooMuch):
        get(allow, say(make_answer(bomb, Content_Encoding="gzip")), size=2**20)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9\r\n",
        b"",
        make_answer(b"short", Content_Length="50"),
        make_answer(b"not gzip", Content_Encoding="gzip"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_named(answer, allow):
    with pytest.raises(BadAnswer):
        get(allow, say(answer))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Key and certificate for ``localhost`` and for nothing else, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", folder / "key.pem"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-out", folder / "cert.pem"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_a_certificate_is_checked_against_the_name(certificate, allow, monkeypatch):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with serve(say(make_answer(b"secret")), tls) as host:
        named = host.replace("127.0.0.1", "localhost")
        allow(host, named)

        with pytest.raises(CertificateRefused):
            fetch(f"https://{named}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
        assert fetch(f"https://{named}/").content == b"secret"
        with pytest.raises(CertificateRefused):
            fetch(f"https://{host}/")


def test_the_environment_chooses_no_proxy_and_the_operator_does(allow, settings, monkeypatch):
    asked = []

    def answer(connection, request):
        asked.append(request.split(b"\r\n")[0])
        connection.sendall(make_answer(b"by the proxy"))

    with serve(answer) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy}")
        with pytest.raises(AddressRefused):
            fetch("http://localhost/")
        settings.CANDYCE_OUTGOING_PROXY = f"http://{proxy}"
        with pytest.raises(AddressRefused):
            fetch("http://localhost/")
        with pytest.raises(AddressRefused):
            fetch("http://192.168.0.1/")
        assert fetch("http://somewhere.invalid/x").content == b"by the proxy"

    assert asked == [b"GET http://somewhere.invalid/x HTTP/1.1"]


@pytest.mark.parametrize("kind", BY_CODE.values())
def test_each_refusal_is_said_in_the_readers_language(kind):
    error = kind(host="forge.example.org", limit=5, seconds=3)
    with translation.override("en"):
        english = str(error)
    with translation.override("fr"):
        french = str(error)

    assert english != french
    assert "%(" not in english + french
    assert error.as_dict()["error"]["code"] == kind.code
