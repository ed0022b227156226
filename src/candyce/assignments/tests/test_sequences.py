"""Giving a sequence whole: dates, all or none, once, and what the class sees of it."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from candyce.accounts.models import Class, Enrolment
from candyce.assignments.actions.sequences import Step, give_sequence, take_back_sequence
from candyce.assignments.models import Assignment, GivenSequence
from candyce.assignments.my_work import get_my_work
from candyce.assignments.sequences import Plan, Rhythm
from candyce.assignments.tests.at_once import at_once
from candyce.library.loader import load_content
from candyce.library.models import Collection, Resource, Use
from candyce.library.sequences import actions as collections
from candyce.library.sequences.actions import Said
from candyce.library.tests.test_library import get_folder

PARIS = ZoneInfo("Europe/Paris")
SLUGS = ("boucles", "tris", "graphes")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("plan", "dates"),
    [
        (
            Plan(at("2027-03-22T08:00")),
            ["2027-03-22T08:00", "2027-03-29T08:00", "2027-04-05T08:00"],
        ),
        (Plan(at("2027-03-22T08:00"), Rhythm.AT_ONCE), ["2027-03-22T08:00"] * 3),
        # A Wednesday, lessons on Mondays and Thursdays: Thursday comes first.
        (
            Plan(at("2027-03-24T10:30"), Rhythm.DAYS, [0, 3]),
            ["2027-03-25T10:30", "2027-03-29T10:30", "2027-04-01T10:30"],
        ),
        (
            Plan(at("2027-03-25T10:30"), Rhythm.DAYS, [3]),
            ["2027-03-25T10:30", "2027-04-01T10:30", "2027-04-08T10:30"],
        ),
    ],
)
def test_lessons_stay_at_their_hour_when_clocks_change(plan, dates):
    found = [opens_at for opens_at, _due in plan.get_dates(3)]
    assert found == [at(text) for text in dates]


def test_time_to_hand_in_is_counted_in_days_of_the_calendar():
    plan = Plan(at("2027-03-25T08:00"), given=7)
    assert plan.get_dates(1) == [(at("2027-03-25T08:00"), at("2027-04-01T08:00"))]
    assert Plan(at("2027-03-25T08:00")).get_dates(1)[0][1] is None


@pytest.fixture
def sequence(school, tmp_path):
    """Alice's, for all teachers: loops, sorting, graphs."""
    for slug in SLUGS:
        get_folder(tmp_path, slug, title=slug.title())
    load_content(tmp_path)
    said = Said(title="Algorithmes", kind="sequence", visibility="teachers")
    made = collections.create_collection(said, acting_user=school.alice)
    for slug in SLUGS:
        collections.add_item(made, Resource.objects.get(pk=slug), acting_user=school.alice)
    return made


def fill(page, **changes):
    """What a browser sends of the form as the page shows it."""
    sent = {}
    for form in (page.context["rhythm"], page.context["form"]):
        for bound in form:
            value = bound.value()
            if isinstance(value, datetime):  # as the field shows it: the school's time
                value = value.strftime("%Y-%m-%dT%H:%M")
            if value not in (None, "", False):
                sent[bound.html_name] = "on" if value is True else value
    return {name: value for name, value in (sent | changes).items() if value is not None}


def address(collection):
    return f"/assignments/give/?collection={collection.key}"


@pytest.fixture
def alice(portal, school):
    portal.force_login(school.alice)
    return portal


def get_given():
    found = Assignment.objects.order_by("step").values_list("step", "title", "opens_at", "due_at")
    return list(found)


def test_page_proposes_weekly_dates_and_gives_what_it_shows(alice, school, sequence):
    page = alice.get(address(sequence))
    first = page.context["rhythm"].initial["first"]
    assert (first.weekday(), first.hour, first > timezone.now()) == (0, 8, True)
    sent = fill(page, classes=[str(school.school_class.pk)], do="give")
    answer = alice.post(address(sequence), sent)
    given = GivenSequence.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/assignments/sequences/{given.pk}/")
    week = timedelta(days=7)
    local = timezone.localtime(first).replace(tzinfo=None)
    expected = [
        (
            place + 1,
            slug.title(),
            *(timezone.make_aware(local + week * (place + n)) for n in (0, 1)),
        )
        for place, slug in enumerate(SLUGS)
    ]
    assert get_given() == expected
    assert (given.title, given.size, given.collection) == ("Algorithmes", 3, sequence)
    assert Use.objects.filter(user=school.alice, verb="given").count() == 3
    html = alice.get(answer["Location"]).content.decode()
    assert re.findall(r">(Boucles|Tris|Graphes)<", html) == ["Boucles", "Tris", "Graphes"]
    # Sent a second time, it gives what it gave.
    again = alice.post(address(sequence), sent)
    assert again["Location"] == answer["Location"]
    assert Assignment.objects.count() == 3


def test_dates_are_changed_and_steps_left_out(alice, school, sequence):
    page = alice.get(address(sequence))
    boucles, tris, graphes = page.context["form"].items
    sent = fill(page, classes=[str(school.school_class.pk)], do="give")
    sent[f"opens_at_{boucles.pk}"] = "2030-01-07T09:00"
    sent[f"due_at_{boucles.pk}"] = ""
    sent[f"opens_at_{tris.pk}"] = "nonsense"
    del sent[f"take_{tris.pk}"]
    refused = alice.post(address(sequence), sent)
    assert refused.status_code == 200
    sent[f"opens_at_{tris.pk}"] = ""
    alice.post(address(sequence), sent)
    given = get_given()
    assert [(step, title) for step, title, *_ in given] == [(1, "Boucles"), (2, "Graphes")]
    assert given[0][2:] == (at("2030-01-07T09:00"), None)
    assert Assignment.objects.first().sequence.size == 2
    assert graphes.resource_id == "graphes"


def test_another_rhythm_is_shown_before_it_is_given(alice, school, sequence):
    page = alice.get(address(sequence))
    changes = {"rhythm": "days", "days": ["1", "4"], "first": "2030-01-07T09:00", "given": "2"}
    classes = [str(school.school_class.pk)]
    sent = fill(page, classes=classes, do="give", **changes)
    boucles, tris, _graphes = page.context["form"].items
    del sent[f"take_{tris.pk}"]
    shown = alice.post(address(sequence), sent)
    assert not Assignment.objects.exists()
    form = shown.context["form"]
    assert form["classes"].value() == classes
    assert form[f"opens_at_{boucles.pk}"].value() == datetime(2030, 1, 8, 9)
    # What is not ticked takes no day.
    alice.post(address(sequence), fill(shown, **changes, do="give"))
    assert [row[2:] for row in get_given()] == [
        (at("2030-01-08T09:00"), at("2030-01-10T09:00")),
        (at("2030-01-11T09:00"), at("2030-01-13T09:00")),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": None},
        {"title": " "},
        {"key": "x"},
        {"rhythm": "never"},
        {"rhythm": "days"},
        {"first": "9999-12-31T23:59"},
        {"first": ""},
        {"given": "-1"},
        {"given": "9" * 40},
    ],
)
def test_what_makes_no_sense_gives_nothing(alice, school, sequence, changes):
    page = alice.get(address(sequence))
    sent = fill(page, **({"classes": [str(school.school_class.pk)], "do": "give"} | changes))
    assert alice.post(address(sequence), sent).status_code == 200
    assert not Assignment.objects.exists()
    assert not GivenSequence.objects.exists()


def test_one_wrong_step_gives_none_and_says_which(alice, school, sequence):
    page = alice.get(address(sequence))
    last = page.context["form"].items[-1]
    sent = fill(page, classes=[str(school.school_class.pk)], do="give")
    sent[f"due_at_{last.pk}"] = "2020-01-01T08:00"
    answer = alice.post(address(sequence), sent)
    assert list(answer.context["form"].errors) == [f"due_at_{last.pk}"]
    assert not Assignment.objects.exists()
    assert not GivenSequence.objects.exists()
    sent = fill(page, classes=[str(school.school_class.pk)], do="give")
    sent = {name: value for name, value in sent.items() if not name.startswith("take_")}
    assert alice.post(address(sequence), sent).context["form"].non_field_errors()


def test_only_what_one_may_read_is_given_and_only_to_ones_classes(portal, school, sequence):
    Resource.objects.filter(pk="tris").update(
        visibility="establishment", establishment=school.organisation
    )
    portal.force_login(school.charlie)
    page = portal.get(address(sequence))
    assert [row.item.resource_id for row in page.context["form"].rows] == ["boucles", "graphes"]
    assert b"Tris" not in page.content
    sent = fill(page, classes=[str(school.school_class.pk)], do="give")
    assert portal.post(address(sequence), sent).status_code == 200
    assert not Assignment.objects.exists()
    Collection.objects.update(visibility="me")
    assert portal.get(address(sequence)).status_code == 404
    portal.force_login(school.bob)
    assert portal.get(address(sequence)).status_code == 403
    portal.force_login(school.alice)
    assert portal.get("/assignments/give/?collection=%00").status_code == 404


def give(portal, school, sequence, **changes):
    portal.force_login(school.alice)
    page = portal.get(address(sequence))
    changes = {"rhythm": "at_once", "first": "2026-01-05T08:00", "given": ""} | changes
    planned = portal.post(address(sequence), fill(page, **changes, do="plan"))
    classes = [str(school.school_class.pk)]
    portal.post(address(sequence), fill(planned, **changes, classes=classes, do="give"))
    return GivenSequence.objects.get()


def test_pupils_see_where_they_are_in_the_sequence(portal, school, sequence):
    given = give(portal, school, sequence)
    portal.force_login(school.bob)
    html = portal.get("/my-work/").content.decode()
    assert html.count("Algorithmes") == 3
    assert "1 sur 3" in html or "1 of 3" in html
    assert portal.get(f"/assignments/sequences/{given.pk}/").status_code == 404
    assert portal.post(f"/assignments/sequences/{given.pk}/take-back/").status_code == 404


def test_steps_to_come_can_be_invisible(portal, school, sequence):
    far = {"rhythm": "weekly", "first": timezone.localtime().strftime("%Y-%m-%dT00:00")}
    give(portal, school, sequence, **far, ahead=None)
    work = get_my_work(school.bob)
    assert [one.assignment.title for one in work.to_do] == ["Boucles"]


def test_whole_sequence_is_taken_back_by_who_gave_it(portal, school, sequence):
    given = give(portal, school, sequence)
    portal.force_login(school.charlie)
    assert portal.post(f"/assignments/sequences/{given.pk}/take-back/").status_code == 404
    portal.force_login(school.alice)
    portal.post(f"/assignments/sequences/{given.pk}/take-back/")
    assert not Assignment.objects.filter(deleted_at=None).exists()
    assert not get_my_work(school.bob)
    html = portal.get("/assignments/?show=deleted").content.decode()
    assert html.count("/restore/") == 3


def test_deleting_the_collection_leaves_what_was_given(portal, school, sequence):
    given = give(portal, school, sequence)
    collections.delete_collection(sequence, acting_user=school.alice)
    given.refresh_from_db()
    assert (given.title, given.collection, given.steps.count()) == ("Algorithmes", None, 3)


def test_the_form_sent_again_gives_to_another_class_and_anew_after_it_was_taken_back(
    school, sequence
):
    steps = [Step(item.resource) for item in sequence.items.select_related("resource__version")]
    other = Class.objects.create(
        organisation=school.organisation, session=school.session, title="2C"
    )
    Enrolment.objects.create(user=school.alice, school_class=other, role=Enrolment.Role.TEACHER)
    ask = {
        "acting_user": school.alice, "key": uuid.uuid4(), "collection": sequence,
        "title": "Algorithmes", "steps": steps,
    }  # fmt: skip

    first = give_sequence(**ask, classes=[school.school_class])
    second = give_sequence(**ask, classes=[other])
    assert give_sequence(**ask, classes=[school.school_class]) == first
    assert (first == second, Assignment.objects.count()) == (False, 6)

    take_back_sequence(first, acting_user=school.alice)
    again = give_sequence(**ask, classes=[school.school_class])
    assert (again == first, again.steps.filter(deleted_at=None).count()) == (False, 3)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_give_once(school, sequence):
    key = uuid.uuid4()
    steps = [Step(item.resource) for item in sequence.items.select_related("resource__version")]

    def click():
        return give_sequence(
            acting_user=school.alice,
            key=key,
            collection=sequence,
            title="Algorithmes",
            classes=[school.school_class],
            steps=steps,
        )

    first, second = at_once(click, click)
    assert first == second
    assert Assignment.objects.count() == 3
