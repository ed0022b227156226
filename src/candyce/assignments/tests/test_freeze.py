"""Eyes up: nobody writes in any copy until the teacher lets the class go on."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from candyce.assignments import access, actions
from candyce.assignments.models import Assignment
from candyce.projects.access import COMMENT, MANAGE, READ, SUBMIT, WRITE, get_rights
from candyce.projects.models import Project
from candyce.projects.signals import access_changed


def rights_of(classroom, name: str, owner: str = "bob"):
    return get_rights(classroom.people[name], classroom.copy_of(owner).project)


def test_a_frozen_class_reads_and_hands_in_but_does_not_write(classroom):
    for name in ("bob", "chloe", "eric"):
        classroom.open(name)
    actions.freeze(classroom.fetch("alice"), acting_user=classroom.people["alice"])
    for name in ("bob", "chloe", "eric"):
        rights = rights_of(classroom, name, name)
        assert (rights.scopes, rights.reason) == (frozenset({READ, SUBMIT}), "frozen")
    assert WRITE in rights_of(classroom, "alice")
    assert WRITE in rights_of(classroom, "dan")
    bob = classroom.people["bob"]
    actions.hand_in(access.get_copy(bob, classroom.copy_of("bob").pk), acting_user=bob)
    actions.unfreeze(classroom.fetch("dan"), acting_user=classroom.people["dan"])
    assert WRITE in rights_of(classroom, "chloe", "chloe")
    assert rights_of(classroom, "bob").reason == "handed_in"


def test_nobody_of_a_frozen_class_comments_handed_in_or_closed_or_returned(classroom):
    alice, bob = classroom.people["alice"], classroom.people["bob"]

    def check(reason):
        for frozen in (True, False):
            do = actions.freeze if frozen else actions.unfreeze
            do(classroom.fetch("alice"), acting_user=alice)
            rights = rights_of(classroom, "bob")
            assert rights.reason == reason
            assert (READ in rights, COMMENT in rights) == (True, not frozen), reason
            assert COMMENT in rights_of(classroom, "alice")

    copy = classroom.open("bob")
    Assignment.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    check("window_closed")
    Assignment.objects.update(closes_at=None)
    actions.hand_in(access.get_copy(bob, copy.pk), acting_user=bob)
    check("handed_in")
    actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
    check("read_only")


def test_copies_hear_of_the_freeze_at_once(classroom, django_capture_on_commit_callbacks):
    classroom.open("bob")
    classroom.open("eric")
    told = set()

    def hear(sender, project_ids, **_rest):
        told.update(project_ids)

    access_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            actions.freeze(classroom.fetch("alice"), acting_user=classroom.people["alice"])
    finally:
        access_changed.disconnect(hear)
    assert {classroom.copy_of("bob").project_id, classroom.copy_of("eric").project_id} <= told


def test_a_teacher_leads_in_a_copy_but_does_not_administer_it(classroom, as_):
    copy = classroom.open("bob")
    assert MANAGE in rights_of(classroom, "alice")
    assert MANAGE not in rights_of(classroom, "bob")
    for verb in ("rename", "members", "delete"):
        answer = as_("alice").post(f"/projects/{copy.project_id}/{verb}/", {"title": "À moi"})
        assert answer.status_code == 403
    copy.project.refresh_from_db()
    assert copy.project.title != "À moi"


def test_a_teacher_who_tries_something_does_not_replace_the_pupils_results(classroom):
    classroom.open("bob")
    assert classroom.copy_of("bob").project.outputs == Project.Outputs.OWNER


def test_rights_say_when_the_clock_will_change_them(classroom):
    copy = classroom.open("bob")
    assignment = copy.assignment
    assert rights_of(classroom, "bob").until is None
    soon = timezone.now() + timedelta(minutes=3)
    assignment.closes_at = soon
    assignment.save()
    assert rights_of(classroom, "bob").until == soon
    assignment.closes_at = timezone.now() - timedelta(minutes=3)
    assignment.opens_at = assignment.closes_at - timedelta(hours=1)
    assignment.save()
    assert rights_of(classroom, "bob").until is None
