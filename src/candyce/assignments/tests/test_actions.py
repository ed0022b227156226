"""The verbs: giving, opening, handing in, marking, returning."""

import threading
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from candyce.accounts.models import AuditEntry
from candyce.assignments import access, actions, codes
from candyce.assignments.actions import joining
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.sources import get_source
from candyce.lib.errors import BadRequest, Forbidden, NotFound, TooMany
from candyce.projects.models import Project, Version


def test_code_is_easy_to_read_and_never_the_same(classroom, monkeypatch):
    drawn = {codes.make_code() for _ in range(2000)}
    assert len(drawn) > 1990
    assert not set("".join(drawn)) & set("0O1IL5S2Z8BGUQAE")
    assert all(codes.is_code(code) for code in drawn)
    taken = classroom.assignment.code
    answers = iter([taken, taken, "CDFHJK"])
    monkeypatch.setattr(codes, "make_code", lambda: next(answers))
    given = actions.give(
        acting_user=classroom.people["alice"],
        classes=[classroom.second],
        title="Encore",
        version=classroom.assignment.version,
    )
    assert given.code == "CDFHJK"


def test_giving_a_project_freezes_what_it_is_now(classroom):
    version = classroom.assignment.version
    assert version.reason == Version.Reason.GIVEN
    assert version.tree == classroom.project.tree
    Project.objects.filter(pk=classroom.project.pk).update(tree={})
    assert set(classroom.open("bob").project.tree) == {"triangles.ipynb", "mesures.csv"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"classes": []}, "classes"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"mark_max": Decimal(0)}, "mark_max"),
        ({"mark_max": Decimal(1001)}, "mark_max"),
        ({"closes_at": timezone.now() - timedelta(days=1)}, "closes_at"),
    ],
)
def test_giving_refuses_what_makes_no_sense(classroom, change, field):
    values = {
        "classes": [classroom.second],
        "title": "Titre",
        "version": classroom.assignment.version,
        "opens_at": timezone.now(),
        **change,
    }
    with pytest.raises(BadRequest) as caught:
        actions.give(acting_user=classroom.people["alice"], **values)
    assert set(caught.value.fields) == {field}


def test_only_teachers_give_and_only_to_classes_they_teach(classroom):
    version = classroom.assignment.version
    for name in ("bob", "admin", "inspector", "nobody"):
        with pytest.raises(Forbidden):
            actions.give(
                acting_user=classroom.people[name],
                classes=[classroom.second],
                title="Titre",
                version=version,
            )
    with pytest.raises(BadRequest) as caught:
        actions.give(
            acting_user=classroom.people["dan"],
            classes=[classroom.second],
            title="Titre",
            version=version,
        )
    assert "classes" in caught.value.fields


def test_sources_are_guarded(classroom):
    people = classroom.people
    assert get_source(people["alice"], project=str(classroom.project.pk)).title == "Les triangles"
    copy = classroom.open("bob")
    given = str(classroom.assignment.version_id)
    refused = [
        ("alice", {"project": str(copy.project_id)}),  # a pupil's copy is not given to others
        ("alice", {"project": "not-a-uuid"}),
        ("alice", {"resource": "unknown"}),
        ("charlie", {"project": str(classroom.project.pk)}),
        ("charlie", {"version": given}),
        ("dan", {"version": given}),
        ("charlie", {"assignment": str(classroom.assignment.pk)}),
    ]
    for name, values in refused:
        with pytest.raises(NotFound):
            get_source(people[name], **values)
    assert get_source(people["alice"], version=given).version == classroom.assignment.version
    again = get_source(people["dan"], assignment=str(classroom.assignment.pk))
    assert again.version == classroom.assignment.version
    with pytest.raises(Forbidden):
        get_source(people["bob"], project=str(classroom.project.pk))
    with pytest.raises(BadRequest):
        get_source(people["alice"])


def test_duplicate_gets_a_code_of_its_own(classroom):
    again = actions.duplicate(
        classroom.fetch("dan"),
        acting_user=classroom.people["dan"],
        classes=[classroom.school.school_class],
    )
    assert again.code != classroom.assignment.code
    assert again.author == classroom.people["dan"]
    assert again.version == classroom.assignment.version


def test_open_copy_is_the_pupils_own_and_only_once(classroom):
    copy = classroom.open("bob")
    assert copy.project.owner == classroom.people["bob"]
    assert copy.project.kind == Project.Kind.COPY
    assert classroom.open("bob").pk == copy.pk
    assert classroom.open("chloe").project_id != copy.project_id
    for name in ("alice", "dan"):
        with pytest.raises(Forbidden):
            classroom.open(name)


@pytest.mark.django_db(transaction=True)
def test_two_first_openings_at_once_give_one_copy(classroom):
    barrier, found, errors = threading.Barrier(4), [], []

    def open_it():
        try:
            assignment = classroom.fetch("bob")
            barrier.wait(timeout=20)
            found.append(actions.open_copy(assignment, acting_user=classroom.people["bob"]).pk)
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(found)) == 1
    assert Copy.objects.filter(pupil=classroom.people["bob"]).count() == 1
    assert Project.objects.filter(owner=classroom.people["bob"]).count() == 1


def test_open_copy_lost_race_leaves_no_orphan(classroom, monkeypatch):
    """The other tab wins between the look and the insertion: the fork goes with the failed row."""
    assignment, bob = classroom.fetch("bob"), classroom.people["bob"]
    first = actions.open_copy(assignment, acting_user=bob)
    real_first = type(Copy.objects.all()).first
    monkeypatch.setattr(
        type(Copy.objects.all()),
        "first",
        lambda self: None if self.model is Copy else real_first(self),
    )
    assert actions.open_copy(assignment, acting_user=bob).pk == first.pk
    assert Project.objects.filter(owner=bob).count() == 1


def test_opening_outside_the_window_says_why(classroom):
    work, now, hour = classroom.assignment, timezone.now(), timedelta(hours=1)
    work.opens_at = now + hour
    work.save()
    with pytest.raises(Forbidden) as caught:
        classroom.open("bob")
    assert caught.value.code == "not_open_yet"
    work.opens_at, work.closes_at = None, now - hour
    work.save()
    with pytest.raises(Forbidden) as caught:
        classroom.open("bob")
    assert caught.value.code == "window_closed"
    assert not Copy.objects.filter(pupil=classroom.people["bob"]).exists()


def test_join_says_what_is_wrong_with_a_code(classroom):
    people, code = classroom.people, classroom.assignment.code
    spoken = f" {code[:3].lower()}-{code[3:]} "
    assert isinstance(actions.join(spoken, acting_user=people["bob"]), Copy)
    assert isinstance(actions.join(code, acting_user=people["dan"]), Assignment)
    messages = set()
    for name, text in (("bob", "CCCCCC"), ("zoe", code), ("charlie", code), ("bob", "'; DROP")):
        with pytest.raises(joining.WrongCode) as caught:
            actions.join(text, acting_user=people[name])
        messages.add(str(caught.value))
    assert len(messages) == 2
    actions.delete_assignment(classroom.fetch("alice"), acting_user=people["alice"])
    with pytest.raises(joining.WrongCode) as caught:
        actions.join(code, acting_user=people["bob"])
    assert str(caught.value) not in messages


def test_guessing_codes_is_throttled_for_the_guesser_only(classroom):
    zoe, code = classroom.people["zoe"], classroom.assignment.code
    for _ in range(joining.GUESSES):
        with pytest.raises(joining.WrongCode):
            actions.join("CCCCCC", acting_user=zoe)
    with pytest.raises(TooMany):
        actions.join(code, acting_user=zoe)
    assert isinstance(actions.join(code, acting_user=classroom.people["bob"]), Copy)
    # Ten minutes later one may try again.
    joining.CodeGuess.objects.update(at=timezone.now() - joining.PERIOD)
    with pytest.raises(joining.WrongCode):
        actions.join("CCCCCC", acting_user=zoe)


def test_hand_in_pins_the_version_and_twice_is_once(classroom):
    bob, copy = classroom.people["bob"], classroom.open("bob")
    handed = actions.hand_in(copy, acting_user=bob)
    assert handed.state == Copy.State.HANDED_IN
    assert handed.handed_in_version.tree == copy.project.tree
    again = actions.hand_in(copy, acting_user=bob)
    assert again.handed_in_version_id == handed.handed_in_version_id
    assert Version.objects.filter(project=copy.project).count() == 1
    assert AuditEntry.objects.filter(verb="copy_handed_in", object_id=str(copy.pk)).count() == 1
    back = actions.take_back(copy, acting_user=bob)
    assert (back.state, back.handed_in_version) == (Copy.State.WORKING, None)
    assert actions.take_back(copy, acting_user=bob).state == Copy.State.WORKING


def test_others_cannot_hand_in_for_the_pupil(classroom):
    copy = classroom.open("bob")
    for name in ("alice", "dan"):
        with pytest.raises(Forbidden):
            actions.hand_in(copy, acting_user=classroom.people[name])
    for name in ("chloe", "charlie", "zoe", "admin"):
        with pytest.raises(NotFound):
            actions.hand_in(copy, acting_user=classroom.people[name])


def test_mark_and_appraisal_wait_for_the_return(classroom):
    bob, alice = classroom.people["bob"], classroom.people["alice"]
    copy = actions.hand_in(classroom.open("bob"), acting_user=bob)
    actions.set_mark(copy, Decimal("12.5"), acting_user=alice)
    actions.set_appraisal(copy, "  Bien  ", acting_user=alice)
    assert not access.get_copy_abilities(bob, access.get_copy(bob, copy.pk))["see_mark"]
    [returned] = actions.return_copies([copy], acting_user=alice)
    assert returned.returned_version is not None
    mine = access.get_copy(bob, copy.pk, "see_mark")
    assert (mine.mark, mine.appraisal, mine.marked_by) == (Decimal("12.50"), "Bien", alice)
    assert actions.return_copies([copy], acting_user=alice) == []
    for deed in (actions.hand_in, actions.take_back):
        with pytest.raises(Forbidden):
            deed(copy, acting_user=bob)


@pytest.mark.parametrize("mark", ["-0.5", "20.5", "1000"])
def test_mark_stays_within_its_limits(classroom, mark):
    copy = classroom.open("bob")
    with pytest.raises(BadRequest) as caught:
        actions.set_mark(copy, Decimal(mark), acting_user=classroom.people["alice"])
    assert "20" in caught.value.fields["mark"]


def test_pupils_and_strangers_cannot_mark_or_return(classroom):
    copy = classroom.open("bob")
    for name in ("bob", "chloe", "charlie", "fay", "admin", "inspector"):
        user = classroom.people[name]
        for deed in (
            partial(actions.set_mark, copy, Decimal(20)),
            partial(actions.set_appraisal, copy, "Parfait"),
            partial(actions.return_copies, [copy]),
            partial(actions.reopen, copy),
        ):
            with pytest.raises((Forbidden, NotFound)):
                deed(acting_user=user)
    copy.refresh_from_db()
    assert (copy.mark, copy.appraisal, copy.state) == (None, "", Copy.State.WORKING)


def test_returning_several_is_all_or_nothing(classroom):
    mine, theirs = classroom.open("bob"), classroom.open("eric")
    with pytest.raises(NotFound):
        actions.return_copies([mine, theirs], acting_user=classroom.people["dan"])
    mine.refresh_from_db()
    assert mine.state == Copy.State.WORKING
    assert len(actions.return_copies([mine, theirs], acting_user=classroom.people["alice"])) == 2


def test_reopened_copy_is_writable_after_the_closing_until_handed_in(classroom):
    bob, alice = classroom.people["bob"], classroom.people["alice"]
    copy = actions.hand_in(classroom.open("bob"), acting_user=bob)
    actions.return_copies([copy], acting_user=alice)
    classroom.assignment.closes_at = timezone.now()
    classroom.assignment.save()
    actions.reopen(copy, acting_user=alice)
    access.get_copy(bob, copy.pk, "write", "hand_in")
    actions.hand_in(copy, acting_user=bob)
    assert not access.get_copy_abilities(bob, access.get_copy(bob, copy.pk))["take_back"]


def test_edit_keeps_given_marks_possible_and_moves_the_window(classroom):
    alice = classroom.people["alice"]
    copy = classroom.open("bob")
    actions.set_mark(copy, Decimal(18), acting_user=alice)
    values = {
        "acting_user": alice,
        "classes": [classroom.school.school_class],
        "title": "Triangles",
        "instructions": "",
        "opens_at": None,
        "closes_at": timezone.now() + timedelta(days=1),
    }
    with pytest.raises(BadRequest) as caught:
        actions.edit_assignment(classroom.fetch("alice"), **values, mark_max=Decimal(10))
    assert set(caught.value.fields) == {"mark_max"}
    actions.edit_assignment(classroom.fetch("alice"), **values, mark_max=Decimal(20))
    assert not access.visible_to(classroom.people["eric"]).exists()


def test_archived_assignment_is_closed(classroom):
    copy, alice = classroom.open("bob"), classroom.people["alice"]
    actions.archive(classroom.fetch("alice"), acting_user=alice)
    with pytest.raises(Forbidden) as caught:
        actions.hand_in(copy, acting_user=classroom.people["bob"])
    assert caught.value.code == "window_closed"
    actions.unarchive(classroom.fetch("alice"), acting_user=alice)
    actions.hand_in(copy, acting_user=classroom.people["bob"])
