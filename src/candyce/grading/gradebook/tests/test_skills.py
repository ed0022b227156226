"""Skills beside marks: the frameworks, the levels proposed, those that teachers write, what pupils read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.assignments import access as assignment_access
from candyce.assignments import actions as assignment_actions
from candyce.assignments.tests.at_once import at_once
from candyce.grading.gradebook import actions, queries
from candyce.grading.gradebook.book import Link
from candyce.grading.gradebook.models import SkillLevel, SkillLink
from candyce.grading.gradebook.skills import (
    get_class_levels,
    get_framework,
    get_frameworks,
    propose,
)
from candyce.grading.gradebook.words import Given
from candyce.lib.errors import BadRequest, Conflict

SOCLE, PROGRAM = "socle:1.3", "crcn:3.4"
shares = st.fractions(0, 1)


def test_frameworks_are_the_official_ones():
    socle, crcn = get_frameworks()
    assert (len(socle.domains), len(socle.skills), len(socle.levels)) == (5, 8, 4)
    assert (len(crcn.domains), len(crcn.skills), len(crcn.levels)) == (5, 16, 8)
    assert all(one.source for one in (socle, crcn))
    codes = [skill.code for one in (socle, crcn) for skill in one.skills]
    assert len(set(codes)) == len(codes) == 24
    assert get_framework("crcn:9.9") is None


@pytest.mark.parametrize(
    ("share", "level"),
    [("0", 1), ("0.349", 1), ("0.35", 2), ("0.649", 2), ("0.65", 3), ("0.899", 3), ("0.9", 4), ("1", 4)],
)  # fmt: skip
def test_socle_proposes_the_level_of_the_nearest_weight(share, level):
    assert propose(SOCLE, [(Fraction(share), None)]) == level


@pytest.mark.parametrize(
    ("work", "level"),
    [
        ([("0.75", 4)], 4), ([("0.74", 4)], 3), ([("0.5", 4)], 3), ([("0.25", 4)], 2), ([("0.24", 4)], None),
        ([("0.25", 2)], None), ([("1", 2), ("0.3", 6)], 4), ([("1", 5), ("0", 8)], 5), ([], None), ([("1", None)], None),
    ],
)  # fmt: skip
def test_crcn_proposes_the_highest_level_shown(work, level):
    assert propose(PROGRAM, [(Fraction(share), target) for share, target in work]) == level


@settings(deadline=None)
@given(st.lists(shares, min_size=1, max_size=6), shares)
def test_better_work_never_lowers_a_level(work, more):
    for code, target in ((SOCLE, None), (PROGRAM, 5)):
        before = propose(code, [(one, target) for one in work]) or 0
        better = [(max(one, more), target) for one in work]
        assert (propose(code, better) or 0) >= before


# --- in a class ---------------------------------------------------------------------------------


@pytest.fixture
def room(classroom):
    """An oral out of 10 that works on programming (level 5) and on the languages of science; told to pupils."""
    alice = classroom.people["alice"]
    item = actions.add_item(
        classroom.school.school_class,
        title="Oral",
        day=date(2026, 11, 3),
        mark_max=Decimal(10),
        coefficient=Decimal(1),
        told=True,
        acting_user=alice,
    )
    book = get_book(classroom)
    column = next(one for one in book.columns if one.item == item)
    set_links(classroom, column, Link(PROGRAM, 5), Link(SOCLE))
    write(classroom, "bob", Given(Decimal(6)))
    write(classroom, "chloe", Given(state="excused"))
    return classroom


def set_links(room, column, *links, by="alice"):
    school_class, person = room.school.school_class, room.people[by]
    actions.set_links(school_class, column, links, acting_user=person)


def get_book(room, name="alice"):
    return queries.get_book(room.people[name], room.school.school_class)


def write(room, name, content):
    book = get_book(room)
    row = next(row for row in book.rows if row.pupil.username == name)
    cell = next(cell for cell in row.cells if cell.column.title == "Oral")
    actions.set_cell(cell, content, seen=cell.given.token, acting_user=room.people["alice"])


def get_values(room, name):
    skills, levels = get_class_levels(get_book(room))
    assert [one.code for one in skills] == [SOCLE, PROGRAM]
    place = [row.pupil.username for row in get_book(room).rows].index(name)
    return [(one.proposed, one.value) for one in levels[place]]


def set_level(room, name, level, *, seen=None, by="alice", skill=PROGRAM):
    actions.set_level(
        room.school.school_class,
        room.people[name],
        skill,
        level,
        seen=seen,
        acting_user=room.people[by],
    )


def test_marks_propose_and_a_teacher_decides(room):
    assert get_values(room, "bob") == [(2, 2), (4, 4)]
    assert get_values(room, "chloe") == [(None, None), (None, None)]
    set_level(room, "bob", 7)
    write(room, "bob", Given(Decimal(1)))
    assert get_values(room, "bob") == [(1, 1), (None, 7)]
    set_level(room, "bob", None, seen=7)
    assert get_values(room, "bob")[1] == (None, None)


def test_two_teachers_at_once_are_told(room):
    set_level(room, "bob", 3, by="dan")
    with pytest.raises(Conflict, match="Dan"):
        set_level(room, "bob", 5)
    for wrong in (0, 9, -1):
        with pytest.raises(BadRequest):
            set_level(room, "bob", wrong, seen=3)
    with pytest.raises(BadRequest):
        set_level(room, "bob", 3, skill="crcn:9.9")
    assert SkillLevel.objects.get().level == 3


def test_pupil_reads_levels_beside_returned_marks(room, as_):
    set_level(room, "bob", 6)
    (own,) = queries.get_own_marks(room.people["bob"])
    assert [(one.skill.code, one.value) for one in own.levels] == [(SOCLE, 2), (PROGRAM, 6)]
    text = as_("bob").get(reverse("grading:my_marks")).content.decode()
    assert "Programmer" in text
    assert "Avancé 6" in text
    (own,) = queries.get_own_marks(room.people["chloe"])
    assert own.levels == []
    room.school.school_class.line_items.update(told_at=None)
    assert queries.get_own_marks(room.people["bob"]) == []


def test_class_page_takes_levels_and_only_a_teacher_s(room, as_):
    pk, bob = room.school.school_class.pk, room.people["bob"].pk
    page, address = (reverse(f"grading:{name}", args=[pk]) for name in ("skills", "skill_level"))
    body = {"column": PROGRAM, "pupil": bob, "value": "5", "seen": ""}
    for name in ("fay", "bob", "charlie", "admin"):
        browser = as_(name)
        assert browser.get(page).status_code == 404
        assert browser.post(address, body).status_code == 404
    browser = as_("dan")
    assert browser.get(page).status_code == 200
    told = browser.post(address, body)
    assert (told.status_code, told.json()["column"][str(bob)]["seen"]) == (200, "5")
    assert browser.post(address, body | {"value": "4"}).status_code == 409
    for wrong in ("9", "0", "x", "1.5", "٣", "=1"):
        assert browser.post(address, body | {"value": wrong, "seen": "5"}).status_code == 422
    for wrong in ({"column": "crcn:1.1"}, {"pupil": room.people["eric"].pk}, {"pupil": "\x00"}):
        assert browser.post(address, body | wrong).status_code == 404
    name = f"{PROGRAM}:{bob}"
    browser.post(page, {name: "", f"was:{name}": "5"})
    assert SkillLevel.objects.get(skill=PROGRAM).level is None
    assert "Programmer" in browser.get(reverse("grading:gradebook", args=[pk])).content.decode()


def test_skills_of_a_column_are_chosen_on_its_page(room, as_):
    pk, browser = room.school.school_class.pk, as_("dan")
    address = reverse("grading:column_skills", args=[pk, room.assignment.pk])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"socle:2": "on", "crcn:1.3": "4"}).status_code == 302
    links = SkillLink.objects.filter(assignment=room.assignment)
    assert set(links.values_list("skill", "target")) == {("socle:2", None), ("crcn:1.3", 4)}
    assert browser.post(address, {"crcn:1.3": "9"}).status_code == 422
    assert browser.post(address, {}).status_code == 302
    assert not links.exists()
    for name in ("fay", "bob", "admin"):
        assert as_(name).post(address, {"socle:2": "on"}).status_code == 404
    other = reverse("grading:column_skills", args=[room.second.pk, room.assignment.pk])
    assert as_("fay").get(other).status_code == 200  # the work was given to 2C too


def test_each_class_chooses_the_skills_of_work_that_it_shares(room, as_):
    """Fay teaches 2C alone: the skills of 2B's column are not hers to change, nor are they told to 2C's pupils."""
    lesson, first, second = room.assignment, room.school.school_class, room.second
    for name, school_class, body in (
        ("dan", first, {"socle:2": "on", "crcn:1.3": "4"}),
        ("fay", second, {"socle:2": "on"}),
    ):
        page = reverse("grading:column_skills", args=[school_class.pk, lesson.pk])
        assert "checked" not in as_(name).get(page).content.decode()
        assert as_(name).post(page, body).status_code == 302
    alice = room.people["alice"]

    def get_codes(school_class):
        columns = queries.get_columns(alice, school_class)
        column = next(one for one in columns if one.assignment == lesson)
        return {link.skill for link in column.links}

    assert (get_codes(first), get_codes(second)) == ({"socle:2", "crcn:1.3"}, {"socle:2"})
    page = reverse("grading:column_skills", args=[second.pk, lesson.pk])
    assert as_("fay").post(page, {}).status_code == 302
    assert (get_codes(first), get_codes(second)) == ({"socle:2", "crcn:1.3"}, set())
    for name in ("bob", "eric"):
        room.open(name)
        copy = assignment_access.get_copy(alice, room.copy_of(name).pk)
        assignment_actions.set_mark(copy, Decimal(20), acting_user=alice)
        assignment_actions.return_copies([copy], acting_user=alice)
    told = {
        name: {
            level.skill.code
            for one in queries.get_own_marks(room.people[name])
            for level in one.levels
        }
        for name in ("bob", "eric")
    }
    assert told == {"bob": {"socle:2", "crcn:1.3", SOCLE, PROGRAM}, "eric": set()}


@pytest.mark.django_db(transaction=True)
def test_two_teachers_who_choose_skills_at_once_are_both_answered(room):
    column = next(one for one in get_book(room).columns if one.assignment)
    links = [Link(PROGRAM, 5), Link(SOCLE)]
    found = at_once(
        *(lambda by=by: set_links(room, column, *links, by=by) for by in ("alice", "dan"))
    )
    assert found == [None, None]
    assert SkillLink.objects.filter(assignment=room.assignment).count() == 2
