"""The marking pages: one question, one pupil, the table; who may see them; names hidden; returning."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from candyce.accounts.models import Enrolment
from candyce.assignments import access
from candyce.assignments import actions as assignment_actions
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.tests.pages import assert_clean
from candyce.conftest import make_user
from candyce.grading import actions, feedback, work
from candyce.grading.models import Answer, HintUse, Sheet
from candyce.grading.tests.marked import mark
from candyce.grading.views import marking
from candyce.lib.markdown import Room
from candyce.projects.actions import create_project


def overview_url(marked):
    return reverse("grading:overview", args=[marked.assignment.pk])


def question_url(marked, number):
    return reverse("grading:question", args=[marked.assignment.pk, number])


def copy_url(marked, name):
    return reverse("grading:copy", args=[marked.copy(name).pk])


@pytest.mark.parametrize("name", ["bob", "zoe", "charlie", "admin", "inspector", "nobody"])
def test_marking_is_for_the_teachers_of_the_class_alone(marked, as_, name):
    client = as_(name)
    answer = marked.answer("bob", "pourquoi")
    pages = [overview_url(marked), question_url(marked, 1), copy_url(marked, "bob")]
    for url in pages:
        answer_status = client.get(url).status_code
        assert answer_status == (302 if name == "nobody" else 403 if name == "bob" else 404), url
    done = marked.save(client, "bob", "pourquoi", points="4")
    assert done.status_code in {302, 403, 404}
    answer.refresh_from_db()
    assert answer.points is None


def test_a_teacher_of_one_class_marks_that_class_alone(marked, as_):
    client = as_("dan")  # teaches 2B, not 2C, where Éric is
    text = client.get(question_url(marked, 2)).content.decode()
    assert "dit bob" in text
    assert "dit chloe" in text
    assert "dit eric" not in text
    assert client.get(copy_url(marked, "eric")).status_code == 404
    assert marked.save(client, "eric", "pourquoi", points="1").status_code == 404
    client.post(
        reverse("grading:return", args=[marked.assignment.pk]), {"which": "all", "confirmed": 1}
    )
    assert marked.copy("bob").state == Copy.State.RETURNED
    assert marked.copy("eric").state == Copy.State.HANDED_IN


def test_one_question_across_all_pupils_shows_each_answer_and_its_tests(marked, as_):
    client = as_("alice")
    text = client.get(question_url(marked, 1)).content.decode()
    for name in ("bob", "chloe", "eric"):
        assert f"# de {name}" in text
    assert text.count("Test caché 1") == 3
    assert "Réussi" in text
    assert "secret-de-la-prof" in text  # the teacher's own version is at hand
    text = client.get(question_url(marked, 2)).content.decode()
    assert "Parce que, dit bob." in text
    assert "L&#x27;idée est juste" in text
    assert_clean(text)
    assert client.get(question_url(marked, 4)).status_code == 404
    assert client.get(question_url(marked, 0)).status_code == 404


def test_pictures_of_all_answers_share_the_page_and_one_pupil_takes_a_part_of_it(
    marked, as_, monkeypatch
):
    read = work.read_notebooks

    def attach(tree, paths):
        found = read(tree, paths)
        for cell in (one for notebook in found.values() for one in notebook["cells"]):
            if cell["id"] == "pourquoi":
                cell["source"] = "![photo](attachment:a.png)\n" * 9
                cell["attachments"] = {"a.png": {"image/png": "A" * 950}}
        return found

    monkeypatch.setattr(work, "read_notebooks", attach)
    monkeypatch.setattr(work, "SHARE", 4000)
    monkeypatch.setattr(marking, "Room", lambda: Room(9000))
    text = as_("alice").get(question_url(marked, 2)).content.decode()
    shown = [card.count("data:image/png") for card in text.split('<article class="answer-card"')]
    assert shown[1:] == [4, 4, 1]
    text = as_("alice").get(copy_url(marked, "bob")).content.decode()
    assert text.count("data:image/png") == 4


def test_one_pupil_across_all_questions_shows_the_answers_and_the_proposal(marked, as_):
    client = as_("alice")
    text = client.get(copy_url(marked, "bob")).content.decode()
    assert "# de bob" in text
    assert "Parce que, dit bob." in text
    assert "☐ m²" in text
    assert "Rien d’écrit" in text  # the choice was left alone
    assert_clean(text)


def test_pages_of_work_with_questions_lead_to_its_marking(marked, as_):
    client = as_("alice")
    old = client.get(reverse("assignments:mark", args=[marked.copy("bob").pk]))
    assert old.headers["Location"] == copy_url(marked, "bob")
    detail = client.get(reverse("assignments:detail", args=[marked.assignment.pk])).content.decode()
    assert overview_url(marked) in detail
    plain = marked.room.assignment
    marked.room.open("bob")
    detail = client.get(reverse("assignments:detail", args=[plain.pk])).content.decode()
    assert "/marking/" not in detail
    assert reverse("assignments:return_all", args=[plain.pk]) in detail
    assert client.get(reverse("grading:overview", args=[plain.pk])).status_code == 404
    mark_page = client.get(reverse("assignments:mark", args=[marked.room.copy_of("bob").pk]))
    assert mark_page.status_code == 200


def test_the_table_says_points_and_what_is_left(marked, as_):
    client = as_("alice")
    actions.set_answer(
        marked.answer("bob", "pourquoi"),
        revision=0,
        acting_user=marked.user("alice"),
        points=Decimal("3.5"),
    )
    answer = client.get(overview_url(marked))
    lines = {line.pupil.username: line for line in answer.context["lines"]}
    assert [one.points for one in lines["bob"].marks] == [2, Decimal("3.5"), 1]
    assert [one.state for one in lines["chloe"].marks] == ["part", "todo", "full"]
    assert lines["bob"].todo == 0
    assert answer.context["totals"].todo == 2
    assert answer.context["success"][1].mean == Decimal("3.50")
    assert marked.copy("bob").mark == Decimal("16.25")  # 6.5 of 8, out of 20
    assert "16,25" in answer.content.decode()
    todo = client.get(overview_url(marked), {"show": "todo"})
    assert {line.pupil.username for line in todo.context["lines"]} == {"chloe", "eric"}


def test_the_table_asks_the_same_questions_for_three_pupils_and_for_thirty(
    marked, as_, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_("alice")
    client.get(overview_url(marked))
    with django_assert_max_num_queries(40) as few:
        client.get(overview_url(marked))
        client.get(question_url(marked, 2))
    for number in range(27):
        pupil = make_user(f"p{number}", "student", marked.room.school.organisation)
        Enrolment.objects.create(user=pupil, school_class=marked.room.second, role="student")
        seen = access.get_assignment(pupil, marked.assignment.pk)
        copy = assignment_actions.open_copy(seen, acting_user=pupil)
        copy = assignment_actions.hand_in(access.get_copy(pupil, copy.pk), acting_user=pupil)
        mark(copy)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(overview_url(marked))
        client.get(question_url(marked, 2))


def test_names_are_hidden_on_every_marking_page_until_shown_again(marked, as_):
    client = as_("alice")
    names = reverse("grading:names", args=[marked.assignment.pk])
    there = client.post(names, {"hidden": "1", "next": question_url(marked, 2)})
    assert there.headers["Location"] == question_url(marked, 2)
    bob = marked.user("bob")
    again = reverse("grading:return", args=[marked.assignment.pk])
    pages = [
        client.get(overview_url(marked)),
        client.get(question_url(marked, 2)),
        client.get(copy_url(marked, "bob")),
        client.post(again, {"copy": [str(marked.copy("bob").pk)]}),
    ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert bob.full_name not in text
        assert bob.sort_name not in text
        assert marked.user("chloe").full_name not in text
        assert "Élève " in text
    client.post(names, {"hidden": "0", "next": "https://evil.example/"})
    assert bob.full_name in client.get(question_url(marked, 2)).content.decode()


def test_hidden_names_stand_in_an_order_that_says_nothing(marked, as_):
    client = as_("alice")
    client.post(reverse("grading:names", args=[marked.assignment.pk]), {"hidden": "1"})
    lines = client.get(overview_url(marked)).context["lines"]
    assert [line.number for line in lines] == sorted(line.number for line in lines)


def test_late_work_is_said_everywhere(marked, as_):
    Assignment.objects.filter(pk=marked.assignment.pk).update(
        closes_at=timezone.now() - timedelta(hours=26)
    )
    Copy.objects.filter(pk=marked.copy("chloe").pk).update(
        handed_in_at=timezone.now() - timedelta(days=2)
    )
    client = as_("alice")
    assert "En retard de 1 jour" in client.get(copy_url(marked, "bob")).content.decode()
    assert "En retard de" not in client.get(copy_url(marked, "chloe")).content.decode()
    late = client.get(overview_url(marked), {"show": "late"}).context["lines"]
    assert {line.pupil.username for line in late} == {"bob", "eric"}
    rows = client.get(reverse("assignments:rows", args=[marked.assignment.pk])).content.decode()
    assert rows.count("En retard") == 2
    page = (
        as_("bob").get(reverse("assignments:copy", args=[marked.copy("bob").pk])).content.decode()
    )
    assert "En retard de 1 jour" in page


def test_return_some_asks_first_and_names_what_is_missing(marked, as_):
    client = as_("alice")
    url = reverse("grading:return", args=[marked.assignment.pk])
    bob, eric = marked.copy("bob"), marked.copy("eric")
    page = client.post(url, {"copy": [str(bob.pk), str(eric.pk)], "which": "chosen"})
    assert {line.pupil.username for line in page.context["unmarked"]} == {"bob", "eric"}
    assert marked.copy("bob").state == Copy.State.HANDED_IN
    client.post(url, {"copy": [str(bob.pk)], "confirmed": "1"})
    assert marked.copy("bob").state == Copy.State.RETURNED
    assert marked.copy("eric").state == Copy.State.HANDED_IN
    client.post(url, {"which": "all", "confirmed": "1"})
    assert marked.copy("eric").state == Copy.State.RETURNED
    assert "Aucune copie" in client.post(url, {"which": "all"}).content.decode()


def test_returning_a_copy_of_another_assignment_does_nothing(marked, as_):
    client = as_("alice")
    other = marked.room.open("bob")
    url = reverse("grading:return", args=[marked.assignment.pk])
    client.post(url, {"copy": [str(other.pk), "nonsense"], "confirmed": "1"})
    assert Copy.objects.get(pk=other.pk).state == Copy.State.WORKING


def test_mark_again_queues_copies_and_keeps_what_a_teacher_wrote(marked, as_):
    client = as_("alice")
    marked.save(client, "bob", "aire-tests", points="3", comment="Le test était faux.")
    client.post(
        reverse("grading:again", args=[marked.assignment.pk]),
        {"copy": [str(marked.copy("bob").pk)]},
    )
    assert Sheet.objects.get(copy=marked.copy("bob")).state == Sheet.State.QUEUED
    assert Sheet.objects.get(copy=marked.copy("chloe")).state == Sheet.State.DONE
    mark(marked.copy("bob"))
    answer = marked.answer("bob", "aire-tests")
    assert (answer.points, answer.auto_points, answer.marked_by) == (3, 2, marked.user("alice"))
    assert "Modifiée" in client.get(copy_url(marked, "bob")).content.decode()
    assert "Proposition\u00a0: 2." in client.get(copy_url(marked, "bob")).content.decode()


def test_the_mark_follows_the_points_until_a_teacher_writes_another(marked, as_):
    client = as_("alice")
    url = copy_url(marked, "bob")
    marked.save(client, "bob", "pourquoi", points="4")
    assert marked.copy("bob").mark == Decimal("17.5")
    assert client.post(url, {"mark": "", "appraisal": "Bien.", "then": "save"}).status_code == 302
    assert marked.copy("bob").mark == Decimal("17.5")
    assert marked.copy("bob").appraisal == "Bien."
    client.post(url, {"mark": "12,5", "appraisal": "Bien.", "then": "save"})
    marked.save(client, "bob", "pourquoi", points="0")
    assert marked.copy("bob").mark == Decimal("12.5")
    client.post(url, {"mark": "", "appraisal": "Bien.", "then": "save"})
    assert marked.copy("bob").mark == Decimal("7.5")
    assert (
        "20" in client.post(url, {"mark": "21", "appraisal": "", "then": "save"}).content.decode()
    )
    assert marked.copy("bob").mark == Decimal("7.5")
    client.post(url, {"mark": "", "appraisal": "", "then": "return"})
    assert marked.copy("bob").state == Copy.State.RETURNED


def test_what_hints_cost_is_told_and_taken_away(marked, as_):
    HintUse.objects.create(
        copy=marked.copy("bob"), path="aires.ipynb", question_id="aire", cost=Decimal(1)
    )
    client = as_("alice")
    marked.save(client, "bob", "pourquoi", points="4")
    assert marked.copy("bob").mark == Decimal(15)
    assert "Indice lu\u00a0: − 1" in client.get(copy_url(marked, "bob")).content.decode()


def test_a_copy_that_nobody_marked_yet_can_be_read_and_queued(marked, as_):
    Sheet.objects.all().delete()
    client = as_("alice")
    for url in (overview_url(marked), question_url(marked, 1), copy_url(marked, "bob")):
        assert client.get(url).status_code == 200
    assert "# de bob" in client.get(copy_url(marked, "bob")).content.decode()
    client.post(reverse("grading:again", args=[marked.assignment.pk]), {"which": "all"})
    assert Sheet.objects.filter(state=Sheet.State.QUEUED).count() == 3


def test_a_pupil_who_took_cells_and_notebook_away_is_marked_all_the_same(marked, as_):
    bob = marked.copy("bob")
    tree = dict(bob.handed_in_version.tree)
    del tree["aires.ipynb"]
    type(bob.handed_in_version).objects.filter(pk=bob.handed_in_version_id).update(tree=tree)
    client = as_("alice")
    for url in (question_url(marked, 1), copy_url(marked, "bob")):
        page = client.get(url)
        assert page.status_code == 200
        assert "ne contient plus ce carnet" in page.content.decode()
    assert marked.save(client, "bob", "pourquoi", points="0").status_code == 200


# --- what the pupil reads -----------------------------------------------------------------------


def test_the_pupil_reads_nothing_before_the_return_and_all_of_it_after(marked, as_):
    teacher = as_("alice")
    marked.save(teacher, "bob", "pourquoi", points="3", comment="Il manque **le mot** moitié.")
    page = reverse("assignments:copy", args=[marked.copy("bob").pk])
    before = as_("bob").get(page).content.decode()
    assert "moitié" not in before
    assert "Question par question" not in before
    assert "Réussi" not in before
    assignment_actions.return_copies([marked.copy("bob")], acting_user=marked.user("alice"))
    after = as_("bob").get(page).content.decode()
    assert "<strong>le mot</strong> moitié" in after
    assert "6 points sur 8" in after
    assert "Test caché 1" in after
    assert "Échoué" in after
    for secret in ("AssertionError", "secret-de-la-prof", "aire(0, 17)", "BEGIN HIDDEN"):
        assert secret not in after
    assert_clean(after)
    assert as_("chloe").get(page).status_code == 404


def test_the_feedback_is_empty_until_the_return_whoever_asks(marked, rf):
    for name in ("bob", "alice"):
        user = marked.user(name)
        copy = access.get_copy(user, marked.copy("bob").pk)
        assert feedback.render_feedback(user, copy, rf.get("/")) == ""


def test_a_copy_given_back_to_work_on_hides_its_points_again(marked, as_):
    alice = marked.user("alice")
    assignment_actions.return_copies([marked.copy("bob")], acting_user=alice)
    assignment_actions.reopen(marked.copy("bob"), acting_user=alice)
    page = as_("bob").get(reverse("assignments:copy", args=[marked.copy("bob").pk]))
    assert "Question par question" not in page.content.decode()


def test_work_without_questions_reads_as_before(marked, as_):
    room = marked.room
    copy = room.open("bob")
    assignment_actions.return_copies([copy], acting_user=room.people["alice"])
    page = as_("bob").get(reverse("assignments:copy", args=[copy.pk])).content.decode()
    assert "Question par question" not in page


def test_an_exercise_whose_notebook_is_damaged_has_no_marking(marked, as_):
    alice = marked.user("alice")
    project = create_project(acting_user=alice, title="Vide", files={"x.csv": b"a"})
    given = assignment_actions.give(
        acting_user=alice, classes=[marked.room.second], title="Vide", project=project
    )
    assert as_("alice").get(reverse("grading:overview", args=[given.pk])).status_code == 404


def test_hostile_detail_neither_breaks_nor_escapes(marked, as_):
    Answer.objects.filter(grade_id="aire-tests").update(
        auto_detail=[
            {"name": "<script>alert(1)</script>", "status": "<b>", "message": "x" * 10_000},
            "not a test",
            {"status": ["list"], "expected": {"a": [1]}, "given": None, "hidden": "yes"},
        ]
    )
    client = as_("alice")
    page = client.get(question_url(marked, 1))
    assert page.status_code == 200
    assert_clean(page.content.decode())
    assignment_actions.return_copies([marked.copy("bob")], acting_user=marked.user("alice"))
    assert_clean(
        as_("bob").get(reverse("assignments:copy", args=[marked.copy("bob").pk])).content.decode()
    )
