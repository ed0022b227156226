"""The real server, as `./candyce up` starts it, and a real Chromium for each person of a story."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PICTURES = ROOT / ("docs/images" if os.environ.get("CANDYCE_DOC_PICTURES") else "var/e2e")

# A busy machine is no defect of the page: what is awaited may take a while.
expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Site:
    """A running Candyce: its two origins, its data folder, its launcher's process."""

    portal: str
    editor: str
    data: Path
    process: subprocess.Popen[bytes]


def get_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_site(data: Path, *arguments: str, port: int | None = None, **settings: str) -> Site:
    """`./candyce up` on ``port`` or a free one with its data in ``data``; built assets are the checkout's."""
    data.mkdir(parents=True, exist_ok=True)
    build = data / "build"
    if not build.exists():
        build.symlink_to(ROOT / "var/build")
    port = port or get_free_port()
    portal, editor = f"http://localhost:{port}", f"http://127.0.0.1:{port}"
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in {"DJANGO_SETTINGS_MODULE", "CANDYCE_SECRET_KEY"}
        },
        "CANDYCE_DATA": str(data),
        "CANDYCE_NO_MIRROR": "1",
        # Executing all that ships takes minutes of a processor; the pictures are made all the same.
        "CANDYCE_LIBRARY_MINUTES": "0",
        **settings,
    }
    command = [
        sys.executable,
        "-m",
        "candyce.cli",
        "up",
        "--no-browser",
        "--no-build",
        "--port",
        str(port),
        *arguments,
    ]
    log = (data / "up.log").open("wb")
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    deadline = time.monotonic() + 300
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            process.send_signal(signal.SIGINT)  # no server is left behind
            raise RuntimeError((data / "up.log").read_text()[-4000:])
        try:
            urllib.request.urlopen(f"{portal}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return Site(portal, editor, data, process)


def stop_site(site: Site) -> int:
    """Ctrl-C, as a person would; returns the launcher's exit code."""
    site.process.send_signal(signal.SIGINT)
    return site.process.wait(30)


def _wait_for_worker(data: Path, seconds: float = 300) -> None:
    """Until nothing is left that can be done now, the pictures of cards above all: no copy does it again."""
    waiting = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status = 'RUNNING' OR (status = 'READY' AND (run_after > '9998-01-01' OR run_after < ?))"
    deadline = time.monotonic() + seconds
    with contextlib.closing(sqlite3.connect(data / "candyce.sqlite3", timeout=20)) as database:
        while time.monotonic() < deadline:
            now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
            if database.execute(waiting, [now]).fetchone() == (0,):
                return
            time.sleep(0.5)


@pytest.fixture(scope="session")
def _demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demonstration in which nobody has done anything yet, made once for all workers."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    data, ready = shared / "demonstration", shared / "demonstration.ready"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            data.mkdir()
            made = start_site(data)
            _wait_for_worker(data)
            stop_site(made)
            ready.touch()
    return data


@pytest.fixture(scope="module")
def new_data(_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration as it was on its first day, for this file alone."""
    data = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(_demonstration, data, symlinks=True)
    return data


@pytest.fixture(scope="module")
def site(new_data: Path) -> Iterator[Site]:
    """A school of its own for each file: no story meets what another left."""
    running = start_site(new_data, "--no-prepare")
    yield running
    stop_site(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        executable = os.environ.get("CANDYCE_CHROMIUM", "/usr/bin/chromium")
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


NewPerson = Callable[..., Page]


@pytest.fixture
def new_person(browser: Browser, site: Site) -> Iterator[NewPerson]:
    """A page of a browser of one's own: ``new_person("ada", width=360, dark=True, language="en")``."""
    contexts: list[BrowserContext] = []

    def open_browser(
        username: str | None = None,
        *,
        width: int = 1280,
        height: int = 820,
        dark: bool = False,
        language: str = "fr",
        javascript: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=site.portal,
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        if username is not None:
            sign_in(page, username)
        return page

    yield open_browser
    for context in contexts:
        context.close()


def sign_in(page: Page, username: str) -> None:
    """One click on the demonstration's sign-in page."""
    page.goto("/sign-in/")
    page.locator(f'button[name="username"][value="{username}"]').click()
    page.wait_for_url(re.compile(r"(?<!/sign-in)/$"))


def take_picture(page: Page, name: str, *, full: bool = False) -> None:
    """A screenshot for the guides (``CANDYCE_DOC_PICTURES=1``) or for looking at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=full)
