"""The front door: it starts, it says so, it ends on Ctrl-C with nothing left behind, it refuses clearly."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from e2e.conftest import ROOT, get_free_port, start_site, stop_site


def run_up(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`./candyce up` that is expected to end by itself."""
    ours = ("CANDYCE_", "DJANGO_")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        "CANDYCE_DATA": str(data),
        "CANDYCE_NO_MIRROR": "1",
        "LANG": "fr",
        **settings,
    }
    command = [sys.executable, "-m", "candyce.cli", "up", "--no-browser", "--no-build", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_up_serves_and_ctrl_c_ends_everything(tmp_path: Path) -> None:
    site = start_site(tmp_path)
    family = psutil.Process(site.process.pid).children(recursive=True)
    assert len(family) >= 2
    assert stop_site(site) == 0
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    said = (tmp_path / "up.log").read_text(encoding="utf-8")
    assert site.portal in said
    assert site.editor in said
    assert "Traceback" not in said


def test_second_start_finds_the_same_school(new_data: Path) -> None:
    before = (new_data / "candyce.sqlite3").stat().st_ino
    stop_site(start_site(new_data))
    assert (new_data / "candyce.sqlite3").stat().st_ino == before
    assert "Traceback" not in (new_data / "up.log").read_text(encoding="utf-8")


def test_taken_port_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run_up(tmp_path, "--port", str(port))
    assert done.returncode == 1
    assert f"--port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, "CANDYCE_SECRET_KEY"),
        ({"CANDYCE_SECRET_KEY": "x" * 60}, "CANDYCE_SECRET_KEY"),
        ({"CANDYCE_DEBUG": "true"}, "CANDYCE_DEBUG"),
        ({"CANDYCE_EDITOR_URL": "https://candyce.example.org"}, "CANDYCE_EDITOR_URL"),
    ],
)
def test_production_does_not_start_on_unsafe_settings(
    tmp_path: Path, settings: dict[str, str], word: str
) -> None:
    production = {"CANDYCE_ENV": "production", "CANDYCE_PORTAL_URL": "https://candyce.example.org"}
    done = run_up(tmp_path, "--port", str(get_free_port()), **production, **settings)
    assert done.returncode != 0
    assert word in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
