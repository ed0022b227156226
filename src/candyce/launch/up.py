"""`./candyce up`: everything from an empty clone to an open browser, and a clean end on Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from candyce.launch import bubblewrap, build, pango
from candyce.launch.redis import RedisServer, require_redis
from candyce.launch.steps import StepFailed, run, say, step

GRACE = 10  # seconds given to each process to end by itself


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./candyce up")
    parser.add_argument(
        "--host", default="127.0.0.1", help=say("adresse d'écoute", "address to listen on")
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        metavar="N",
        help=say("processus web sur ce port", "web processes on this port"),
    )
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--no-demo", action="store_true")
    parser.add_argument(
        "--no-build",
        action="store_true",
        help=say("sert ce qui est construit", "serve what is built"),
    )
    parser.add_argument(
        "--no-prepare",
        action="store_true",
        help=say(
            "la base est à jour (« manage prepare »)",
            "the database is up to date (“manage prepare”)",
        ),
    )
    return parser.parse_args(arguments)


def _get_urls(host: str, port: int) -> tuple[str, str]:
    """Portal and editor: two host names of this machine, hence two origins."""
    if host in {"127.0.0.1", "localhost", "::1"}:
        return f"http://localhost:{port}", f"http://127.0.0.1:{port}"
    name = socket.gethostname()
    address = host
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # no packet is sent: it only chooses the interface
            address = probe.getsockname()[0]
    return f"http://{name}:{port}", f"http://{address}:{port}"


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StepFailed(
                say(
                    f"Le port {port} est déjà pris. Essayez : ./candyce up --port {port + 1}",
                    f"Port {port} is taken. Try: ./candyce up --port {port + 1}",
                )
            ) from error


def get_web_command(host: str, port: int, processes: int = 1) -> list[str]:
    """The web server; docs/decisions/asgi-server.md says why this one.

    With several processes it keeps one socket that all accept from, and starts again those that end.
    """
    several = ["--workers", str(processes), "--timeout-worker-healthcheck", "30"]
    return [
        sys.executable, "-m", "uvicorn", "candyce.asgi:application",
        "--host", host, "--port", str(port), "--no-access-log", "--log-level", "warning",
        "--timeout-graceful-shutdown", "4", "--ws-max-size", "16777216", "--no-server-header",
        "--ws-per-message-deflate", "false", *(several if processes > 1 else []),
    ]  # fmt: skip


def _prepare_database(root: Path, environment: dict[str, str], *, demo: bool) -> None:
    with step("Base de données", "Database") as current:
        manage = [sys.executable, "-m", "django"]
        command = ["prepare"] + ([] if demo else ["--no-demo"])
        run([*manage, *command], cwd=root, show=current, env=environment)


def _wait_until_up(process: subprocess.Popen[bytes], host: str, port: int, portal: str) -> None:
    address = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}/healthz"  # noqa: S104
    request = urllib.request.Request(address, headers={"Host": urlsplit(portal).netloc})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StepFailed(say("Le serveur s'est arrêté.", "The server stopped."))
        try:
            with urllib.request.urlopen(request, timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.05)
    raise StepFailed(say("Le serveur ne répond pas.", "The server does not answer."))


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _spawn(command: list[str], root: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the launcher alone, which then ends the rest in order.
    return subprocess.Popen(command, cwd=root, env=environment, start_new_session=True)


@contextlib.contextmanager
def _own_redis(environment: dict[str, str], processes: int) -> Iterator[RedisServer | None]:
    """What several processes need between them, where the operator names none: a private Redis."""
    if processes == 1 or environment.get("CANDYCE_REDIS_URL"):
        yield None
        return
    program = require_redis()
    with tempfile.TemporaryDirectory(prefix="candyce-redis-", ignore_cleanup_errors=True) as name:
        server = RedisServer(program, Path(name), private=True)
        server.start()
        environment["CANDYCE_REDIS_URL"] = server.url
        try:
            yield server
        finally:
            server.stop()


def _show(portal: str, editor: str, *, demo: bool) -> None:
    print()
    print(say(f"  Candyce est prêt :  {portal}/", f"  Candyce is ready:  {portal}/"))
    print(say(f"  (éditeur :          {editor}/edit/)", f"  (editor:           {editor}/edit/)"))
    if demo:
        print(
            say(
                "  Lycée de démonstration : choisissez un rôle sur la page de connexion.",
                "  Demonstration school: choose a role on the sign-in page.",
            )
        )
    print(say("  Ctrl-C pour arrêter.\n", "  Ctrl-C to stop.\n"), flush=True)


def main(root: Path, arguments: list[str]) -> int:
    """Set up, serve until interrupted; returns the exit code."""
    options = _parse(arguments)
    if options.processes < 1:
        raise StepFailed(say("--processes : un nombre, 1 ou plus.", "--processes: 1 or more."))
    portal, editor = _get_urls(options.host, options.port)
    environment = dict(os.environ)
    environment.setdefault("CANDYCE_PORTAL_URL", portal)
    environment.setdefault("CANDYCE_EDITOR_URL", editor)
    os.environ.update(environment)
    data = Path(environment.get("CANDYCE_DATA", root / "var"))
    demo = not options.no_demo and environment.get("CANDYCE_ENV", "demo") != "production"
    _check_port(options.host, options.port)
    if not options.no_build:
        build.build_messages(root)
        build.build_portal(root, data)
        build.build_editor(root, data)
        bubblewrap.try_once(root, data)
        pango.try_once(root, data)
    if not options.no_prepare:
        _prepare_database(root, environment, demo=demo)
    with _own_redis(environment, options.processes) as redis:
        return _serve(root, data, environment, options, redis, demo=demo)


def _serve(
    root: Path,
    data: Path,
    environment: dict[str, str],
    options: argparse.Namespace,
    redis: RedisServer | None,
    *,
    demo: bool,
) -> int:
    processes: list[subprocess.Popen[bytes]] = []
    stopped = False

    def on_signal(_number: int, _frame: object) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    portal = environment["CANDYCE_PORTAL_URL"]
    try:
        with step("Démarrage", "Starting"):
            web = get_web_command(options.host, options.port, options.processes)
            processes.append(_spawn(web, root, environment))
            worker = [sys.executable, "-m", "django", "work", "--queue-name", "*", "-v", "0"]
            processes.append(_spawn(worker, root, environment))
            _wait_until_up(processes[0], options.host, options.port, portal)
        _show(portal, environment["CANDYCE_EDITOR_URL"], demo=demo)
        mirror = _start_mirror(root, data, environment)
        if mirror is not None:
            processes.append(mirror)
        if not options.no_browser:
            webbrowser.open(portal + "/")
        while not stopped and all(process.poll() is None for process in processes[:2]):
            if redis is not None and redis.has_ended:
                redis.start()
            time.sleep(0.2)
    finally:
        _stop(processes)
    print(say("\nCandyce est arrêté.", "\nCandyce has stopped."))
    return 0 if stopped else 1


def _start_mirror(
    root: Path, data: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes] | None:
    """Try once, in the background, to mirror the usual Pyodide packages."""
    tried = data / "packages" / ".tried"
    if tried.exists() or environment.get("CANDYCE_NO_MIRROR"):
        return None
    tried.parent.mkdir(parents=True, exist_ok=True)
    tried.touch()
    return _spawn(
        [sys.executable, "-m", "candyce.lib.pyodide_mirror", "--background"], root, environment
    )
