"""Role x action over assignments and copies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from candyce.accounts.models import Enrolment
from candyce.accounts.signals import enrolment_changed
from candyce.assignments import access, actions
from candyce.assignments.models import Copy
from candyce.lib.errors import Forbidden, NotFound
from candyce.projects import access as projects_access
from candyce.projects.signals import access_changed

ALL = {"follow", "edit", "duplicate"}
ASSIGNMENT_TABLE = {
    "alice": ALL,
    "dan": {"follow", "duplicate"},
    "fay": {"follow", "duplicate"},
    "charlie": None,
    "bob": {"open_copy"},
    "eric": {"open_copy"},
    "zoe": None,
    "remi": None,
    "admin": None,
    "inspector": None,
    "nobody": None,
}


@pytest.mark.parametrize(("name", "expected"), ASSIGNMENT_TABLE.items())
def test_assignment_abilities_by_role(classroom, name, expected):
    user = classroom.people[name]
    listed = access.visible_to(user).filter(pk=classroom.assignment.pk)
    assert listed.exists() == (expected is not None)
    if expected is None:
        with pytest.raises(NotFound):
            access.get_assignment(user, classroom.assignment.pk)
        return
    assignment = access.get_assignment(user, classroom.assignment.pk)
    have = {name for name, able in access.get_abilities(user, assignment).items() if able}
    assert have == expected
    for ability in ALL | {"open_copy"}:
        if ability not in expected:
            with pytest.raises(Forbidden):
                access.get_assignment(user, classroom.assignment.pk, ability)


PUPIL = {"read", "write", "hand_in"}
TEACHER = {"read", "write", "follow", "mark", "return", "see_mark"}
# Bob's copy (2B) at each state: what each person may do.
COPY_TABLE = {
    "working": {"bob": PUPIL, "alice": TEACHER, "dan": TEACHER},
    "handed_in": {
        "bob": {"read", "take_back"},
        "alice": TEACHER | {"reopen"},
        "dan": TEACHER | {"reopen"},
    },
    "returned": {
        "bob": {"read", "see_mark"},
        "alice": TEACHER - {"return"} | {"reopen"},
        "dan": TEACHER - {"return"} | {"reopen"},
    },
}


@pytest.mark.parametrize("state", COPY_TABLE)
def test_copy_abilities_by_role_and_state(classroom, state):
    Copy.objects.filter(pk=classroom.open("bob").pk).update(state=state)
    copy = classroom.copy_of("bob")
    for name, user in classroom.people.items():
        expected = COPY_TABLE[state].get(name)
        listed = projects_access.visible_to(user).filter(pk=copy.project_id).exists()
        rights = projects_access.get_rights(user, copy.project)
        assert listed == ("read" in rights.scopes) == (expected is not None), name
        if expected is None:
            assert rights == projects_access.NO_RIGHTS, name
            with pytest.raises(NotFound):
                access.get_copy(user, copy.pk)
            continue
        found = access.get_copy(user, copy.pk)
        have = {key for key, able in access.get_copy_abilities(user, found).items() if able}
        assert have == expected, name
        assert ("write" in rights.scopes) == ("write" in expected), name
        for ability in ("mark", "return", "reopen", "hand_in", "take_back", "follow"):
            if ability not in expected:
                with pytest.raises(Forbidden):
                    access.get_copy(user, copy.pk, ability)


def test_removed_pupil_keeps_nothing_but_the_author_still_reads(classroom):
    project = classroom.copy_of("remi").project
    assert projects_access.get_rights(classroom.people["remi"], project).scopes == frozenset()
    assert "read" in projects_access.get_rights(classroom.people["alice"], project).scopes
    # Dan teaches the class Rémi has left: he is no longer his teacher.
    assert projects_access.get_rights(classroom.people["dan"], project).scopes == frozenset()


def test_inactive_person_has_nothing(classroom):
    copy = classroom.open("bob")
    bob = classroom.people["bob"]
    bob.is_active = False
    bob.save()
    assert not access.visible_to(bob).exists()
    assert not access.copies_visible_to(bob).exists()
    assert projects_access.get_rights(bob, copy.project) == projects_access.NO_RIGHTS


def test_window_decides_what_the_pupil_may_write(classroom):
    copy = classroom.open("bob")
    bob, now, hour = classroom.people["bob"], timezone.now(), timedelta(hours=1)
    work = classroom.assignment

    def rights(opens, closes):
        work.opens_at, work.closes_at = opens, closes
        work.save()
        found = projects_access.get_rights(bob, copy.project)
        listed = projects_access.visible_to(bob).filter(pk=copy.project_id).exists()
        assert listed == ("read" in found.scopes)
        return set(found.scopes), found.reason

    assert rights(None, None) == ({"read", "comment", "write", "submit"}, None)
    assert rights(now - hour, now + hour) == ({"read", "comment", "write", "submit"}, None)
    assert rights(now - 2 * hour, now - hour) == ({"read", "comment"}, "window_closed")
    assert rights(now + hour, now + 2 * hour) == (set(), "not_open_yet")


def test_handed_in_copy_can_be_taken_back_only_inside_the_window(classroom):
    copy = classroom.open("bob")
    bob = classroom.people["bob"]
    actions.hand_in(copy, acting_user=bob)
    rights = projects_access.get_rights(bob, copy.project)
    assert (set(rights.scopes), rights.reason) == ({"read", "comment", "submit"}, "handed_in")
    classroom.assignment.closes_at = timezone.now()
    classroom.assignment.save()
    rights = projects_access.get_rights(bob, copy.project)
    assert (set(rights.scopes), rights.reason) == ({"read", "comment"}, "handed_in")
    with pytest.raises(Forbidden) as caught:
        actions.take_back(copy, acting_user=bob)
    assert caught.value.code == "handed_in"


def test_deleted_assignment_leaves_reading_to_the_author_alone(classroom):
    copy = classroom.open("bob")
    actions.delete_assignment(classroom.fetch("alice"), acting_user=classroom.people["alice"])
    rights = {
        name: projects_access.get_rights(user, copy.project)
        for name, user in classroom.people.items()
    }
    assert {name for name, found in rights.items() if found.scopes} == {"alice"}
    assert rights["alice"].scopes == {"read"}
    assert rights["bob"].reason == "project_deleted"
    for name, user in classroom.people.items():
        with pytest.raises(NotFound):
            access.get_assignment(user, classroom.assignment.pk)
        assert access.copies_visible_to(user).filter(pk=copy.pk).exists() == (name == "alice")
    with pytest.raises(NotFound):
        access.get_deleted_assignment(classroom.people["dan"], classroom.assignment.pk)
    deleted = access.get_deleted_assignment(classroom.people["alice"], classroom.assignment.pk)
    actions.restore_assignment(deleted, acting_user=classroom.people["alice"])
    assert "write" in projects_access.get_rights(classroom.people["bob"], copy.project).scopes


def test_change_of_rights_is_announced(classroom, django_capture_on_commit_callbacks):
    heard = []

    def hear(sender, project_ids, **rest):
        heard.append(project_ids)

    access_changed.connect(hear)
    copy = classroom.open("bob")
    bob, alice = classroom.people["bob"], classroom.people["alice"]
    remi = classroom.copy_of("remi").project_id
    try:
        for deed in (
            lambda: actions.hand_in(copy, acting_user=bob),
            lambda: actions.take_back(copy, acting_user=bob),
            lambda: actions.return_copies([copy], acting_user=alice),
            lambda: actions.reopen(copy, acting_user=alice),
        ):
            with django_capture_on_commit_callbacks(execute=True):
                deed()
            assert heard == [[copy.project_id]]
            heard.clear()
        with django_capture_on_commit_callbacks(execute=True):
            actions.delete_assignment(classroom.fetch("alice"), acting_user=alice)
        assert set(heard.pop()) == {copy.project_id, remi}
        with django_capture_on_commit_callbacks(execute=True):
            Enrolment.objects.filter(user=bob).delete()
            enrolment_changed.send(
                sender=None, user_ids=[bob.pk], class_ids=[classroom.school.school_class.pk]
            )
        assert set(heard.pop()) == {copy.project_id, remi}
    finally:
        access_changed.disconnect(hear)
