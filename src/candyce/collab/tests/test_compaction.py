"""Several processes compact one document while it grows, and are killed: nothing is lost or doubled."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time

import pytest

from candyce.launch.postgres import find_programs, throw_away_postgres

WORDS = 150
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

    def start(*arguments):
        return subprocess.Popen([*command, *arguments], env=environment)

    run("prepare")
    compactors = [start("compact") for _ in range(2)]
    try:
        typist = start("type", str(WORDS))
        for _ in range(KILLS):
            time.sleep(random.uniform(0.5, 2))
            compactors[0].kill()
            compactors[0].wait()
            compactors = [*compactors[1:], start("compact")]
        assert typist.wait() == 0
    finally:
        for process in compactors:
            process.kill()
            process.wait()
    assert int(run("check", str(WORDS))) > 2
