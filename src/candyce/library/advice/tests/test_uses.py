"""What teachers do is counted, an opening once an hour; of pupils and the unwilling nothing is kept."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection
from django.utils import timezone

from candyce.accounts.models import Role
from candyce.assignments.actions import give
from candyce.library.actions import adapt
from candyce.library.advice import actions
from candyce.library.advice.tests.conftest import make_resource
from candyce.library.models import Reader, Use
from candyce.projects.models import Project


def get_uses(user) -> dict[tuple[str, str], int]:
    rows = Use.objects.filter(user=user).values_list("resource__slug", "verb", "count")
    return {(slug, verb): count for slug, verb, count in rows}


def test_opening_counts_once_an_hour_and_giving_each_time(lesson, school):
    for _again in range(3):
        actions.record_use(school.alice, lesson, "opened")
        actions.record_use(school.alice, lesson, "given")
    assert get_uses(school.alice) == {("boucles", "opened"): 1, ("boucles", "given"): 3}
    Use.objects.filter(verb="opened").update(last_at=timezone.now() - timedelta(hours=2))
    actions.record_use(school.alice, lesson, "opened")
    assert get_uses(school.alice)["boucles", "opened"] == 2
    assert Use.objects.get(verb="opened").last_at > timezone.now() - timedelta(minutes=5)


def test_nothing_is_kept_of_pupils_visitors_inspectors_and_who_switched_it_off(lesson, school):
    Reader.objects.create(user=school.charlie, recommendations=False)
    Role.objects.create(user=school.admin, organisation=school.organisation, name="teacher")
    Role.objects.create(user=school.admin, organisation=school.organisation, name="student")
    for person in (school.bob, school.charlie, school.inspector, school.admin, AnonymousUser()):
        actions.record_use(person, lesson, "opened")
        actions.record_use(person, lesson, "given")
    assert not Use.objects.exists()


def test_looking_at_ones_own_resource_is_no_use_of_it(school):
    mine = make_resource("mien", owner=school.alice)
    actions.record_use(school.alice, mine, "opened")
    actions.record_use(school.charlie, mine, "opened")
    assert [use.user for use in Use.objects.all()] == [school.charlie]


def test_a_page_opened_a_resource_adapted_and_given_are_uses(lesson, portal, school):
    portal.force_login(school.alice)
    assert portal.get("/library/boucles/").status_code == 200
    portal.force_login(school.bob)
    assert portal.get("/library/boucles/").status_code == 200
    assert get_uses(school.bob) == {}
    own = adapt(lesson, acting_user=school.alice)
    classes = [school.school_class]
    give(acting_user=school.alice, classes=classes, title="A", version=lesson.version)
    give(acting_user=school.alice, classes=classes, title="B", project=own)
    assert get_uses(school.alice) == {
        ("boucles", "opened"): 1,
        ("boucles", "adapted"): 1,
        ("boucles", "given"): 2,
    }


def test_a_use_that_cannot_be_written_does_not_stop_the_deed(lesson, school, monkeypatch):
    def fail(*_arguments):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(actions, "_do_count", fail)
    assert adapt(lesson, acting_user=school.alice).kind == Project.Kind.PROJECT


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_row_that_counts_both(school):
    lesson = make_resource("boucles")
    start = Barrier(2)

    def record():
        start.wait()
        actions.record_use(school.alice, lesson, "given")
        actions.record_use(school.alice, lesson, "opened")
        connection.close()

    threads = [Thread(target=record) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert get_uses(school.alice) == {("boucles", "given"): 2, ("boucles", "opened"): 1}
