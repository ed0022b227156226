"""Several processes compact one document while it grows, and are killed: nothing is lost or doubled."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from candyce.launch.postgres import find_programs, throw_away_postgres

KILLS = 4


@pytest.fixture(params=["sqlite", "postgres"])
def environment(request, tmp_path):
    settings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "candyce.settings",
        "CANDYCE_DATA": str(tmp_path),
        "CANDYCE_SECRET_KEY": "x" * 60,
    }
    with contextlib.ExitStack() as stack:
        if request.param == "postgres":
            if find_programs() is None:
                pytest.skip("no PostgreSQL here")
            settings["CANDYCE_DATABASE_URL"] = stack.enter_context(throw_away_postgres())
        yield settings


@pytest.mark.slow
def test_processes_that_compact_at_once_and_die_lose_nothing(environment):
    command = [sys.executable, "-m", "candyce.collab.tests.compactor"]

    def run(*arguments):
        done = subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def start(verb):
        return subprocess.Popen(
            [*command, verb], env=environment, stdout=subprocess.PIPE, text=True
        )

    run("prepare")
    typist, compactors = start("type"), [start("compact") for _ in range(2)]
    try:
        for _ in range(KILLS):
            assert compactors[0].stdout.readline() == "compacted\n"
            time.sleep(random.uniform(0, 0.3))
            _kill(compactors.pop(0))
            compactors.append(start("compact"))
        (Path(environment["CANDYCE_DATA"]) / "stop").touch()
        words = typist.communicate()[0].strip()
    finally:
        for process in [typist, *compactors]:
            _kill(process)
    assert int(words) > 4
    assert int(run("check", words)) >= KILLS


def _kill(process):
    process.kill()
    process.wait()
    process.stdout.close()
