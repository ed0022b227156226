"""Production refuses to start on what is made for trying out, and says what to do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest
from django.core import checks
from django.utils import translation

from candyce.accounts.demo import load_demo_people
from candyce.web.checks import (
    get_production_problems,
    is_loopback,
    refuse_unsafe_start,
)

GOOD_SECRET = "kY7-very_Long.and$Random!secret0123456789abcdefghijkl"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def production(settings, db):
    settings.PRODUCTION = True
    settings.CANDYCE_DEMO = False
    settings.DEBUG = False
    settings.SECRET_KEY = GOOD_SECRET
    settings.CANDYCE_SECRET_IS_DEFAULT = False
    settings.CANDYCE_PORTAL_URL = "https://candyce.example.org"
    settings.CANDYCE_EDITOR_URL = "https://notebooks.example.org"
    return settings


def test_sound_production_starts(production):
    assert get_production_problems() == []
    refuse_unsafe_start()


def test_local_production_behind_a_proxy_may_be_plain_http(production):
    production.CANDYCE_PORTAL_URL = "http://localhost:8000"
    production.CANDYCE_EDITOR_URL = "http://127.0.0.1:8000"
    assert get_production_problems() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DEBUG": True}, "Remove CANDYCE_DEBUG"),
        ({"CANDYCE_SECRET_IS_DEFAULT": True}, "give it in CANDYCE_SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "too short or too easy"),
        ({"SECRET_KEY": "ab" * 40}, "too short or too easy"),
        ({"SECRET_KEY": "django-insecure-" + GOOD_SECRET}, "too short or too easy"),
        ({"CANDYCE_EDITOR_URL": "https://candyce.example.org"}, "a host name of its own"),
        ({"CANDYCE_EDITOR_URL": "https://candyce.example.org:8443"}, "a host name of its own"),
        ({"CANDYCE_EDITOR_URL": "https://CANDYCE.example.org"}, "a host name of its own"),
        ({"CANDYCE_PORTAL_URL": "http://candyce.example.org"}, "CANDYCE_PORTAL_URL is plain http"),
        ({"CANDYCE_EDITOR_URL": "http://10.0.0.4"}, "CANDYCE_EDITOR_URL is plain http"),
        ({"CANDYCE_EDITOR_URL": "notebooks.example.org"}, "is not an address"),
        ({"CANDYCE_PORTAL_URL": "ftp://candyce.example.org"}, "is not an address"),
    ],
)
def test_production_refuses(production, changes, words):
    for name, value in changes.items():
        setattr(production, name, value)
    problems = get_production_problems()
    assert len(problems) == 1
    assert words in problems[0]
    with pytest.raises(SystemExit, match="does not start in production"):
        refuse_unsafe_start()
    assert [error.id for error in checks.run_checks(tags=["production"])] == ["candyce.E001"]


def test_production_refuses_the_demonstrations_accounts(production):
    production.CANDYCE_DEMO = True
    load_demo_people()
    production.CANDYCE_DEMO = False
    assert [problem.split(",")[0] for problem in get_production_problems()] == [
        "The database holds the demonstration school"
    ]


@pytest.mark.django_db(transaction=True)
def test_demo_accounts_are_found_inside_a_running_loop_too(settings):
    load_demo_people()
    settings.PRODUCTION = True

    async def start() -> list[str]:
        return get_production_problems()

    assert any("CANDYCE_DATABASE_URL" in problem for problem in asyncio.run(start()))


def test_demonstration_has_no_problem(settings):
    settings.DEBUG = True
    assert get_production_problems() == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "a.localhost"])
def test_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.evil.org", "10.0.0.1", "0.0.0.0", "example.org", ""])
def test_not_loopback(host):
    assert not is_loopback(host)


@pytest.mark.parametrize("module", ["candyce.asgi", "django"])
def test_process_does_not_start_in_production_as_it_ships(tmp_path, module):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CANDYCE_")},
        "CANDYCE_ENV": "production",
        "CANDYCE_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "candyce.settings",
        "PYTHONWARNINGS": "ignore",
    }
    command = (
        ["-c", "import candyce.asgi"] if module == "candyce.asgi" else ["-m", "django", "check"]
    )
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "CANDYCE_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr
