"""The demonstration school at work."""

import pytest
from django.test import Client

from candyce.accounts.demo import load_demo_people
from candyce.accounts.models import AuditEntry
from candyce.assignments import demo
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.my_work import get_my_work
from candyce.library.models import Resource
from candyce.projects.actions import create_project, cut_version
from candyce.projects.models import Project, Version


@pytest.fixture
def lively(db, classroom, settings):
    from candyce.assignments.tests.conftest import make_notebook_bytes

    settings.CANDYCE_DEMO = True
    school = load_demo_people()
    for story in demo.STORIES:
        slug = story.resources[0]
        project = create_project(
            acting_user=None,
            title=slug,
            kind=Project.Kind.RESOURCE,
            files={f"{slug}.ipynb": make_notebook_bytes()},
        )
        version = cut_version(project, Version.Reason.PUBLISHED, acting_user=None)
        Resource.objects.create(
            slug=slug, version=version, title=slug, abstract="", discipline="nsi", duration=55
        )
    demo.load_demo_assignments(school)
    return school


def test_demo_is_alive_and_loaded_once(lively):
    assert Assignment.objects.filter(author__in=lively.teachers).count() == len(demo.STORIES)
    copies = Copy.objects.filter(assignment__author__in=lively.teachers)
    assert set(copies.values_list("state", flat=True)) == set(Copy.State.values)
    for copy in copies.select_related("assignment", "project"):
        assert copy.assignment.created_at <= copy.started_at <= copy.project.updated_at
        if copy.state == Copy.State.RETURNED:
            assert copy.mark is not None
            assert copy.appraisal
            assert copy.handed_in_at < copy.returned_at
    before = (Assignment.objects.count(), Copy.objects.count(), AuditEntry.objects.count())
    demo.load_demo_assignments(lively)
    assert before == (
        Assignment.objects.count(),
        Copy.objects.count(),
        AuditEntry.objects.count(),
    )


def test_demo_without_library_gives_nothing(db, settings):
    settings.CANDYCE_DEMO = True
    demo.load_demo_assignments(load_demo_people())
    assert not Assignment.objects.exists()


def test_people_of_the_sign_in_page_have_something_to_look_at(lively, portal: Client):
    ines = lively.pupils["2de1"][0]
    work = get_my_work(ines)
    assert (len(work.to_do), len(work.returned)) == (1, 1)
    for person in (*lively.teachers, ines, lively.inspector, lively.administrator):
        portal.force_login(person)
        assert portal.get("/").status_code == 200
