"""Times at work: who may do what when, what is not seen outside the window, and what late work costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from candyce.assignments import access, actions, my_work, queries
from candyce.assignments.late import get_cost, get_lateness
from candyce.assignments.models import (
    Accommodation,
    Assignment,
    Copy,
    Group,
    Membership,
    PupilTimes,
)
from candyce.assignments.tests.pages import url
from candyce.assignments.time_words import say_late_rule, say_lateness, say_span
from candyce.lib.errors import BadRequest, Forbidden
from candyce.projects import access as projects_access
from candyce.projects import tokens

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Rule = Assignment.LateRule


def set_times(classroom, opens=None, due=None, closes=None, **fields) -> Assignment:
    """Times of the class, in hours from now."""
    now = timezone.now()
    moments = {"opens_at": opens, "due_at": due, "closes_at": closes}
    values = {key: None if h is None else now + h * HOUR for key, h in moments.items()}
    Assignment.objects.filter(pk=classroom.assignment.pk).update(**values, **fields)
    classroom.assignment.refresh_from_db()
    return classroom.assignment


def give_own(classroom, name: str, **fields) -> None:
    work = classroom.assignment
    PupilTimes.objects.create(assignment=work, pupil=classroom.people[name], **fields)


def rights_of(classroom, name: str, owner: str | None = None):
    copy = Copy.objects.get(
        access.owned_by(classroom.people[owner or name]), assignment=classroom.assignment
    )
    return projects_access.get_rights(classroom.people[name], copy.project)


# --- one pupil and the others -------------------------------------------------------------------


def test_extra_time_lets_one_pupil_write_on_after_the_others(classroom):
    for name in ("bob", "chloe"):
        classroom.open(name)
    work = set_times(classroom, opens=-2, closes=-0.25)
    Accommodation.objects.create(pupil=classroom.people["chloe"], extra_percent=33)
    assert rights_of(classroom, "bob").reason == "window_closed"
    mine = rights_of(classroom, "chloe")
    assert "write" in mine.scopes
    window = work.closes_at - work.opens_at
    assert mine.until == work.closes_at + window // 100 * 33
    chloe = classroom.people["chloe"]
    actions.hand_in(access.get_copy(chloe, classroom.copy_of("chloe").pk), acting_user=chloe)


def test_a_window_of_ones_own_opens_work_to_one_pupil_alone(classroom):
    set_times(classroom, opens=24, closes=25)
    give_own(classroom, "bob", opens_at=timezone.now() - HOUR)
    assert classroom.open("bob")
    with pytest.raises(Forbidden) as refused:
        classroom.open("chloe")
    assert refused.value.code == "not_open_yet"
    [mine] = my_work.get_my_work(classroom.people["bob"]).to_do
    assert mine.open_yet
    [theirs] = my_work.get_my_work(classroom.people["chloe"]).to_do
    assert not theirs.open_yet
    assert theirs.times.opens_at == classroom.assignment.opens_at


def test_all_members_of_a_group_write_until_the_last_members_time(classroom):
    set_times(classroom, opens=-2, closes=2, group_mode="teacher")
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    group = Group.objects.create(
        assignment=classroom.assignment, number=1, school_class=classroom.school.school_class
    )
    for pupil in (bob, chloe):
        Membership.objects.create(assignment=classroom.assignment, group=group, pupil=pupil)
    classroom.open("bob")
    set_times(classroom, opens=-2, closes=-1, group_mode="teacher")
    assert rights_of(classroom, "bob").reason == "window_closed"
    give_own(classroom, "chloe", extra_minutes=120)
    assert "write" in rights_of(classroom, "bob").scopes
    rows = {
        row.pupil.username: row
        for row in queries.get_rows(classroom.people["alice"], classroom.fetch("alice"))
    }
    assert not rows["bob"].closed
    assert rows["eric"].closed


def test_where_late_work_is_refused_writing_ends_at_the_due_time(classroom):
    classroom.open("bob")
    set_times(classroom, due=-1, closes=5, late_rule=Rule.REFUSE)
    assert rights_of(classroom, "bob").reason == "window_closed"
    set_times(classroom, due=-1, closes=5, late_rule=Rule.ACCEPT)
    assert "write" in rights_of(classroom, "bob").scopes


# --- invisible ----------------------------------------------------------------------------------

OUTSIDE = {"before": (5, 6), "after": (-6, -5)}


def doors(classroom, copy) -> dict[str, str]:
    """Addresses of the portal that would tell a pupil of the work."""
    work = classroom.assignment
    return {
        "copy": url("copy", copy.pk),
        "hand in": url("hand_in", copy.pk),
        "read notices": url("notices_read", copy.pk),
        "my group": url("my_group", work.pk),
        "open": f"/projects/{copy.project_id}/open/",
        "project": f"/projects/{copy.project_id}/",
        "zip": f"/projects/{copy.project_id}/export/",
        "file": f"/projects/{copy.project_id}/file/?path=triangles.ipynb",
        "duplicate": f"/projects/{copy.project_id}/duplicate/",
        "history": f"/projects/{copy.project_id}/history/?path=triangles.ipynb",
    }


API = ("project", "tree", "files/triangles.ipynb", "files/", "raw/mesures.csv")


@pytest.mark.parametrize("when", OUTSIDE)
@pytest.mark.parametrize("handed_in", [False, True])
def test_what_is_invisible_is_not_there_by_any_door(when, handed_in, classroom, as_, editor):
    bob = classroom.people["bob"]
    copy = classroom.open("bob")
    if handed_in:
        actions.hand_in(copy, acting_user=bob)
    opens, closes = OUTSIDE[when]
    work = set_times(classroom, opens=opens, closes=closes, outside="hidden")
    token = tokens.issue(copy.project_id, bob.pk, ("read", "write", "submit", "comment")).encode()
    browser = as_("bob")
    for name, path in doors(classroom, copy).items():
        verb = browser.post if name in {"hand in", "read notices", "duplicate"} else browser.get
        assert verb(path).status_code == 404, name
    for path in API:
        answer = editor.get(f"/api/{path}", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.status_code in {403, 404}, path
        assert b"triangles" not in answer.content.lower(), path
    for path in ("/", "/my-work/", "/projects/", "/c/"):
        assert work.title not in browser.get(path).content.decode(), path
    answer = browser.get(url("join", work.code))
    assert (answer.status_code, work.title in answer.content.decode()) == (404, False)
    assert not my_work.get_my_work(bob)
    assert not access.given_to(bob).exists()
    assert not access.visible_to(bob).exists()
    assert not access.copies_visible_to(bob).exists()
    assert not projects_access.visible_to(bob).filter(kind="copy").exists()
    rights = rights_of(classroom, "bob")
    assert (rights.scopes, rights.reason) == (frozenset(), None)
    assert as_("alice").get(url("detail", work.pk)).status_code == 200
    assert "write" in rights_of(classroom, "alice", "bob").scopes


def test_an_invisible_code_is_told_apart_from_no_other(classroom, as_):
    work = set_times(classroom, opens=5, outside="hidden")
    browser = as_("bob")
    hidden = browser.get(url("join", work.code))
    nothing = browser.get(url("join", "ABCD-EFG" if work.code != "ABCDEFG" else "ABCDEFH"))
    assert hidden.status_code == nothing.status_code == 404
    assert str(hidden.context["error"]) == str(nothing.context["error"])


def test_what_came_back_is_seen_although_its_window_is_over(classroom, as_):
    copy = classroom.open("bob")
    set_times(classroom, opens=-6, closes=-5, outside="hidden")
    alice = classroom.people["alice"]
    actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
    assert as_("bob").get(url("copy", copy.pk)).status_code == 200
    assert rights_of(classroom, "bob").reason == "read_only"
    actions.reopen(access.get_copy(alice, copy.pk), acting_user=alice)
    assert "write" in rights_of(classroom, "bob").scopes


def test_invisible_by_pupil(classroom):
    set_times(classroom, opens=5)
    give_own(classroom, "bob", outside="hidden")
    assert not access.given_to(classroom.people["bob"]).exists()
    assert access.given_to(classroom.people["chloe"]).exists()
    set_times(classroom, opens=5, outside="hidden")
    give_own(classroom, "chloe", outside="locked")
    assert access.given_to(classroom.people["chloe"]).exists()
    assert not access.given_to(classroom.people["eric"]).exists()


def test_locked_is_announced_and_not_opened(classroom, as_):
    work = set_times(classroom, opens=5)
    browser = as_("bob")
    assert work.title in browser.get("/my-work/").content.decode()
    assert browser.get(url("join", work.code)).status_code == 403


# --- late ---------------------------------------------------------------------------------------


def late(**fields) -> Assignment:
    return Assignment(**{"mark_max": Decimal(20), "due_at": timezone.now(), **fields})


@pytest.mark.parametrize(
    ("fields", "by", "cost"),
    [
        ({"late_rule": Rule.ACCEPT, "late_amount": Decimal(3)}, 5 * DAY, "0"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(2)}, timedelta(minutes=1), "2"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(2)}, DAY, "2"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(2)}, DAY + timedelta(seconds=1), "4"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(2), "late_cap": Decimal(5)}, 9 * DAY, "5"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(7)}, 9 * DAY, "20"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal("0.5"), "late_unit": "hour"}, 3 * HOUR, "1.5"),
        ({"late_rule": Rule.PERCENT, "late_amount": Decimal(10)}, 2 * DAY, "4"),
        ({"late_rule": Rule.PERCENT, "late_amount": Decimal(10), "late_cap": Decimal(15)}, 2 * DAY, "3"),
    ],
)  # fmt: skip
def test_each_unit_begun_costs_up_to_the_cap(fields, by, cost):
    assert get_cost(late(**fields), by) == Decimal(cost)


def test_grace_is_not_late_and_beyond_it_all_counts(classroom):
    copy = classroom.open("bob")
    work = set_times(classroom, due=-1, late_rule=Rule.POINTS, late_grace=10)
    copy = Copy.objects.select_related("assignment").get(pk=copy.pk)
    for minutes, expected in ((-5, None), (10, None), (11, timedelta(minutes=11))):
        copy.handed_in_at = work.due_at + timedelta(minutes=minutes)
        copy.state = Copy.State.HANDED_IN
        found = get_lateness(copy)
        assert (found and found.by) == expected


def test_who_never_hands_in_pays_as_at_the_last_moment(classroom):
    classroom.open("bob")
    set_times(classroom, due=-72, closes=-1, late_rule=Rule.POINTS)
    copy = Copy.objects.select_related("assignment").get(pk=classroom.copy_of("bob").pk)
    found = get_lateness(copy)
    assert (found.by, found.points, found.final) == (71 * HOUR, Decimal(3), True)
    set_times(classroom, due=-72, closes=5, late_rule=Rule.POINTS)
    copy.assignment = classroom.assignment
    assert not get_lateness(copy).final


def test_extra_time_is_not_late(classroom):
    classroom.open("bob")
    set_times(classroom, due=-1, closes=10, late_rule=Rule.POINTS)
    give_own(classroom, "bob", extra_minutes=90)
    bob = classroom.people["bob"]
    copy = actions.hand_in(access.get_copy(bob, classroom.copy_of("bob").pk), acting_user=bob)
    assert get_lateness(copy) is None


def test_work_given_back_costs_nothing_for_being_late(classroom):
    bob, alice = classroom.people["bob"], classroom.people["alice"]
    copy = classroom.open("bob")
    actions.hand_in(copy, acting_user=bob)
    set_times(classroom, due=-48, closes=-1, late_rule=Rule.POINTS)
    actions.reopen(access.get_copy(alice, copy.pk), acting_user=alice)
    copy = actions.hand_in(access.get_copy(bob, copy.pk), acting_user=bob)
    found = get_lateness(copy)
    assert (found.points, found.taken) == (Decimal(3), Decimal(0))


def test_being_late_is_said_in_words(classroom):
    assert say_span(2 * DAY) == "2 jours"
    assert say_span(26 * HOUR) == "1 jour 2\u00a0h"
    assert say_span(timedelta(minutes=125)) == "2\u00a0h\u00a005"
    copy = classroom.open("bob")
    work = set_times(classroom, due=-48, late_rule=Rule.POINTS, late_cap=Decimal(5), late_grace=10)
    copy = Copy.objects.select_related("assignment").get(pk=copy.pk)
    copy.state, copy.handed_in_at = Copy.State.HANDED_IN, work.due_at + 2 * DAY
    assert say_lateness(get_lateness(copy)) == "En retard de 2 jours\u00a0: −2 points"
    copy.late_lifted_at = timezone.now()
    assert say_lateness(get_lateness(copy)) == "En retard de 2 jours\u00a0: rien n’est retiré"
    assert say_late_rule(work) == (
        "Retard\u00a0: −1 point par jour commencé, au plus 5 points."
        " Les premières 10\u00a0min ne comptent pas."
    )


# --- what teachers do ---------------------------------------------------------------------------


def test_giving_and_editing_check_the_times(classroom):
    alice = classroom.people["alice"]
    now = timezone.now()
    plain = {
        "acting_user": alice,
        "classes": [classroom.second],
        "title": "T",
        "instructions": "",
        "opens_at": now,
        "mark_max": Decimal(20),
    }
    for times, wrong in (
        ({"due_at": now - HOUR, "closes_at": None}, "due_at"),
        ({"due_at": now + 2 * HOUR, "closes_at": now + HOUR}, "due_at"),
    ):
        with pytest.raises(BadRequest) as refused:
            actions.edit_assignment(classroom.fetch("alice"), **plain, **times)
        assert set(refused.value.fields) == {wrong}


def test_the_form_gives_all_times_and_rules(classroom, as_):
    work = classroom.assignment
    fields = {
        "title": "T",
        "classes": [classroom.second.pk],
        "mark_max": "20",
        "opens_at": "2027-03-01T08:00",
        "due_at": "2027-03-02T08:00",
        "closes_at": "2027-03-09T08:00",
        "late_rule": "percent",
        "late_amount": "12,5",
        "late_unit": "hour",
        "late_cap": "50",
        "late_grace": "5",
        "outside": "hidden",
    }
    answer = as_("alice").post(url("edit", work.pk), fields)
    assert answer.status_code == 302, answer.context["form"].errors
    work.refresh_from_db()
    assert work.due_at == datetime(2027, 3, 2, 7, tzinfo=UTC)
    assert (work.late_rule, work.late_amount, work.late_unit) == (
        "percent",
        Decimal("12.5"),
        "hour",
    )
    assert (work.late_cap, work.late_grace, work.outside) == (Decimal(50), 5, "hidden")
    assert not work.accommodated
    page = as_("alice").get(url("edit", work.pk)).content.decode()
    assert '<details class="fold" open>' in page
    answer = as_("alice").post(url("edit", work.pk), fields | {"due_at": ""})
    assert set(answer.context["form"].errors) == {"due_at"}


def times_page(classroom, as_, name="alice", **fields):
    return as_(name).post(url("times", classroom.assignment.pk), fields)


def test_a_teacher_gives_several_pupils_extra_time_and_takes_it_back(classroom, as_):
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    both = [bob.pk, chloe.pk]
    set_times(classroom, opens=-1, closes=1)
    assert times_page(classroom, as_, act="set", pupil=both, extra_percent="33").status_code == 302
    assert {row.pupil: row.extra_percent for row in PupilTimes.objects.all()} == {
        bob: 33,
        chloe: 33,
    }
    page = as_("alice").get(url("times", classroom.assignment.pk)).content.decode()
    assert "+\u00a039\u00a0min (33\u00a0%)" in page
    assert times_page(classroom, as_, act="clear", pupil=[bob.pk]).status_code == 302
    assert [row.pupil for row in PupilTimes.objects.all()] == [chloe]
    assert times_page(classroom, as_, act="set", extra_minutes="5").status_code == 400
    answer = times_page(
        classroom,
        as_,
        act="set",
        pupil=both,
        opens_at="2027-03-02T08:00",
        closes_at="2027-03-01T08:00",
    )
    assert set(answer.context["form"].errors) == {"closes_at"}


def test_extra_time_that_lasts_is_set_by_who_teaches_the_pupil(classroom, as_):
    bob, eric = classroom.people["bob"], classroom.people["eric"]
    assert (
        times_page(classroom, as_, "dan", act="last", pupil=[bob.pk], lasting="33").status_code
        == 302
    )
    assert bob.accommodation.extra_percent == 33
    # Dan does not teach Éric's class: its rows are not on his page.
    assert (
        times_page(classroom, as_, "dan", act="last", pupil=[eric.pk], lasting="33").status_code
        == 400
    )
    with pytest.raises(Forbidden):
        actions.set_accommodation([eric], 33, acting_user=classroom.people["dan"])
    with pytest.raises(Forbidden):
        actions.set_pupil_times(
            classroom.fetch("dan"),
            [eric],
            actions.OwnTimes(extra_minutes=5),
            acting_user=classroom.people["dan"],
        )
    assert (
        times_page(classroom, as_, "alice", act="last", pupil=[bob.pk], lasting="").status_code
        == 302
    )
    assert not Accommodation.objects.exists()


def test_a_pupil_reads_neither_the_page_of_times_nor_anothers_extra_time(classroom, as_):
    give_own(classroom, "chloe", extra_percent=33)
    Accommodation.objects.create(pupil=classroom.people["eric"], extra_percent=50)
    for name in ("bob", "chloe", "zoe", "charlie"):
        assert as_(name).get(url("times", classroom.assignment.pk)).status_code in {403, 404}, name
        assert times_page(classroom, as_, name, act="clear", pupil=[]).status_code in {403, 404}
    copy = classroom.open("bob")
    for path in ("/my-work/", url("copy", copy.pk)):
        page = as_("bob").get(path).content.decode()
        assert "majoré" not in page
        assert "Chloe" not in page


def test_lifting_is_for_the_teacher(classroom, as_):
    copy = classroom.open("bob")
    actions.hand_in(copy, acting_user=classroom.people["bob"])
    set_times(classroom, due=-48, closes=1, late_rule=Rule.POINTS)
    path = url("lift_lateness", copy.pk)
    assert as_("bob").post(path, {"lifted": "1"}).status_code == 403
    assert as_("alice").post(path, {"lifted": "1", "next": "//evil.example/"}).url == url(
        "mark", copy.pk
    )
    copy.refresh_from_db()
    assert copy.late_lifted_by == classroom.people["alice"]
    assert as_("dan").post(path).status_code == 302
    copy.refresh_from_db()
    assert copy.late_lifted_at is None


def test_times_that_change_are_announced_to_the_pupils_copies(
    classroom, django_capture_on_commit_callbacks
):
    from candyce.projects.signals import access_changed

    copy, other = classroom.open("bob"), classroom.open("chloe")
    told = set()

    def hear(sender, project_ids, **_rest):
        told.update(project_ids)

    access_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            actions.set_pupil_times(
                classroom.fetch("alice"),
                [classroom.people["bob"]],
                actions.OwnTimes(extra_minutes=5),
                acting_user=classroom.people["alice"],
            )
    finally:
        access_changed.disconnect(hear)
    assert copy.project_id in told
    assert other.project_id not in told


def test_the_pupil_reads_what_is_left_and_what_late_costs(classroom, as_):
    copy = classroom.open("bob")
    set_times(classroom, due=2.2, closes=30, late_rule=Rule.POINTS)
    page = as_("bob").get(url("copy", copy.pk)).content.decode()
    assert "il reste 2\u00a0h" in page
    assert "−1 point par jour commencé" in page
    assert "il reste 2\u00a0h" in as_("bob").get("/my-work/").content.decode()
    set_times(classroom, due=-2.2, closes=30, late_rule=Rule.POINTS)
    page = as_("bob").get(url("copy", copy.pk)).content.decode()
    assert "En retard de 2\u00a0h" in page
    assert "−1 point pour l’instant" in page
