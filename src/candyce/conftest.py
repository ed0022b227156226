"""Fixtures of every room: the two origins' clients and a small school."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from candyce.accounts.models import AcademicSession, Class, Enrolment, Organisation, Role, User
from candyce.compute.sandbox.tests.fixtures import native, runner, runner_alone, sandbox_cache
from candyce.lib.origins import get_host

__all__ = ["native", "runner", "runner_alone", "sandbox_cache"]  # the sandbox's fixtures

DATABASE = {"db", "transactional_db", "django_db_setup"}

# A busy machine is no defect of the code: nothing here fails for being slow.
hypothesis.register_profile("candyce", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("candyce")


def pytest_collection_modifyitems(config, items):
    """With ``CANDYCE_TEST_ONLY_DATABASE``: what asks no database is left out."""
    if os.environ.get("CANDYCE_TEST_ONLY_DATABASE"):
        apart = [item for item in items if not _asks_database(item)]
        items[:] = [item for item in items if _asks_database(item)]
        config.hook.pytest_deselected(items=apart)


def _asks_database(item) -> bool:
    return bool(item.get_closest_marker("django_db")) or not DATABASE.isdisjoint(item.fixturenames)


@pytest.fixture(autouse=True)
def _blobs(tmp_path, settings):
    settings.BLOBS_DIR = tmp_path / "blobs"
    settings.SEARCH_DIR = tmp_path / "search"


@pytest.fixture
def portal() -> Client:
    """A browser on the portal."""
    return Client(HTTP_HOST=get_host(settings.CANDYCE_PORTAL_URL))


@pytest.fixture
def editor() -> Client:
    """The editor's page: no cookies; give ``HTTP_AUTHORIZATION`` per call."""
    return Client(HTTP_HOST=get_host(settings.CANDYCE_EDITOR_URL))


@dataclass
class School:
    """Alice teaches class 2B, Bob and Chloé are its pupils; Charlie teaches elsewhere; Admin runs it."""

    organisation: Organisation
    session: AcademicSession
    school_class: Class
    alice: User
    bob: User
    chloe: User
    charlie: User
    admin: User
    inspector: User


def make_user(username: str, role: str, organisation: Organisation) -> User:
    user = User.objects.create_user(
        username, "secret-of-a-test", given_name=username.title(), family_name="Test"
    )
    Role.objects.create(user=user, organisation=organisation, name=role)
    return user


@pytest.fixture
def school(db) -> School:
    organisation = Organisation.objects.create(name="Lycée Ada-Lovelace", identifier="0750001A")
    elsewhere = Organisation.objects.create(name="Lycée Alan-Turing", identifier="0750002B")
    session = AcademicSession.objects.create(
        organisation=organisation,
        title="2026-2027",
        start_date=date(2026, 9, 1),
        end_date=date(2027, 7, 5),
    )
    class_ = Class.objects.create(
        organisation=organisation, session=session, title="2B", level="seconde"
    )
    people = {
        "alice": make_user("alice", Role.Name.TEACHER, organisation),
        "bob": make_user("bob", Role.Name.STUDENT, organisation),
        "chloe": make_user("chloe", Role.Name.STUDENT, organisation),
        "charlie": make_user("charlie", Role.Name.TEACHER, elsewhere),
        "admin": make_user("admin", Role.Name.ADMINISTRATOR, organisation),
        "inspector": make_user("inspector", Role.Name.INSPECTOR, organisation),
    }
    Enrolment.objects.create(user=people["alice"], school_class=class_, role=Enrolment.Role.TEACHER)
    for name in ("bob", "chloe"):
        Enrolment.objects.create(
            user=people[name], school_class=class_, role=Enrolment.Role.STUDENT
        )
    return School(organisation=organisation, session=session, school_class=class_, **people)
