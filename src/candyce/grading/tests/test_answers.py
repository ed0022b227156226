"""Writing points, comments and rubrics: what is saved, what is refused, two teachers at once; the bank."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from candyce.grading import bank
from candyce.grading.models import AnswerEvent, SavedComment


def test_points_are_written_with_a_comma_and_signed(marked, as_):
    client = as_("alice")
    told = marked.save(client, "bob", "pourquoi", points="2,5").json()
    answer = marked.answer("bob", "pourquoi")
    assert answer.points == Decimal("2.5")
    assert answer.marked_by == marked.user("alice")
    assert told["revision"] == answer.revision
    assert told["points"] == "2,5"
    assert told["mark"] == "13,75"
    assert marked.user("alice").full_name in told["facts"]
    assert told["problem"].strip() == ""


@pytest.mark.parametrize("typed", ["5", "-1", "beaucoup", "nan", "1e9", "2,555"])
def test_points_out_of_range_are_refused_and_said(marked, as_, typed):
    answer = marked.save(as_("alice"), "bob", "pourquoi", points=typed)
    assert answer.status_code == 422
    assert "notice-error" in answer.json()["problem"]
    assert marked.answer("bob", "pourquoi").points is None


def test_full_zero_and_back_to_the_proposal(marked, as_):
    client = as_("alice")
    marked.save(client, "bob", "aire-tests", act="full")
    assert marked.answer("bob", "aire-tests").points == 3
    marked.save(client, "bob", "aire-tests", act="zero")
    assert marked.answer("bob", "aire-tests").points == 0
    marked.save(client, "bob", "aire-tests", points="")
    answer = marked.answer("bob", "aire-tests")
    assert answer.points is None
    assert answer.auto_points == 2
    verbs = list(answer.events.values_list("verb", flat=True))
    assert verbs[-1] == AnswerEvent.Verb.POINTS_TAKEN_AWAY


def test_nothing_changed_writes_nothing(marked, as_):
    client = as_("alice")
    marked.save(client, "bob", "pourquoi", points="3", comment="Bien.")
    before = marked.answer("bob", "pourquoi").revision
    marked.save(client, "bob", "pourquoi")
    assert marked.answer("bob", "pourquoi").revision == before


def test_a_rubric_gives_the_points_until_others_are_written(marked, as_):
    client = as_("alice")
    told = marked.save(client, "bob", "pourquoi", **{"rubric-0": "3", "rubric-1": "0,5"}).json()
    answer = marked.answer("bob", "pourquoi")
    assert {name: Decimal(str(value)) for name, value in answer.rubric.items()} == {
        "idee": 3,
        "mots": Decimal("0.5"),
    }
    assert answer.points == Decimal("3.5")
    assert told["points"] == "3,5"
    kept = {"rubric-0": "3", "rubric-1": "0,5"}
    marked.save(client, "bob", "pourquoi", points="4", **kept)
    assert marked.answer("bob", "pourquoi").points == 4
    assert marked.save(client, "bob", "pourquoi", **{"rubric-0": "3,5"}).status_code == 422


def test_two_teachers_at_once_see_both_values_and_lose_nothing(marked, as_):
    revision = marked.answer("bob", "pourquoi").revision
    marked.save(as_("dan"), "bob", "pourquoi", points="1", comment="Trop court, dit Dan.")
    late = marked.save(
        as_("alice"),
        "bob",
        "pourquoi",
        revision=revision,
        points="3",
        comment="Bien vu, dit Alice.",
    )
    assert late.status_code == 409
    problem = late.json()["problem"]
    for told in (
        marked.user("dan").full_name,
        "Trop court, dit Dan.",
        "Bien vu, dit Alice.",
        ">3<",
        ">1<",
    ):
        assert told in problem
    answer = marked.answer("bob", "pourquoi")
    assert (answer.points, answer.comment) == (1, "Trop court, dit Dan.")

    # She decides for hers, with the revision that the answer told.
    told = late.json()["revision"]
    mine = {"revision": told, "points": "3", "comment": "Bien vu, dit Alice.", "act": "mine"}
    assert marked.save(as_("alice"), "bob", "pourquoi", **mine).status_code == 200
    assert marked.answer("bob", "pourquoi").points == 3
    who = {event.by.username for event in answer.events.all()}
    assert who == {"alice", "dan"}
    text = as_("alice").get(reverse("grading:copy", args=[marked.copy("bob").pk])).content.decode()
    assert "Trop court, dit Dan." in text  # still told under « Qui a fait quoi »


def test_keeping_what_is_there_writes_nothing(marked, as_):
    client = as_("alice")
    marked.save(client, "bob", "pourquoi", points="1")
    told = marked.save(client, "bob", "pourquoi", act="theirs", points="4", revision=0)
    assert told.status_code == 200
    assert told.json()["points"] == "1"
    assert marked.answer("bob", "pourquoi").points == 1


def test_the_same_value_from_two_teachers_is_no_conflict(marked, as_):
    marked.save(as_("dan"), "bob", "pourquoi", points="3")
    same = marked.save(as_("alice"), "bob", "pourquoi", points="3", revision=0)
    assert same.status_code == 200


def test_without_the_script_the_form_does_the_same(marked, as_):
    client = as_("alice")
    page = reverse("grading:question", args=[marked.assignment.pk, 2])
    done = marked.save(client, "bob", "pourquoi", fetch=False, points="2", next=page)
    assert done.headers["Location"].startswith(f"{page}#a")
    marked.save(as_("dan"), "bob", "pourquoi", points="1")
    late = marked.save(as_("alice"), "bob", "pourquoi", fetch=False, points="4", revision=0)
    assert late.status_code == 409
    assert "Rien n’est perdu" in late.content.decode()
    elsewhere = marked.save(
        as_("alice"), "bob", "pourquoi", fetch=False, points="3", next="//evil.example/"
    )
    assert "evil" not in elsewhere.headers["Location"]


def test_an_answer_belongs_to_its_copy(marked, as_):
    other = marked.answer("eric", "pourquoi")
    url = reverse("grading:save", args=[marked.copy("bob").pk, other.pk])
    for name in ("dan", "alice"):  # he may mark Bob's alone, she each at its own address
        client = as_(name)
        assert client.post(url, {"revision": 0, "points": "4", "comment": ""}).status_code == 404
    other.refresh_from_db()
    assert other.points is None


def test_the_bank_grows_by_itself_most_used_first(marked, as_):
    client = as_("alice")
    for name in ("bob", "chloe"):
        marked.save(client, name, "pourquoi", points="3", comment="Citez la formule.")
    marked.save(client, "eric", "pourquoi", points="1", comment="À reprendre <b>ensemble</b>.")
    told = client.get(reverse("grading:comments_json")).json()["comments"]
    assert told == [["Citez la formule.", 2], ["À reprendre <b>ensemble</b>.", 1]]
    page = client.get(reverse("grading:comments")).content.decode()
    assert "À reprendre &lt;b&gt;ensemble&lt;/b&gt;." in page
    assert as_("dan").get(reverse("grading:comments_json")).json()["comments"] == []


def test_steps_on_the_way_to_a_comment_do_not_stay_in_the_bank(school):
    alice = school.alice
    bank.remember("Citez", acting_user=alice)
    bank.remember("Citez la formule.", acting_user=alice, instead_of="Citez")
    assert list(bank.get_comments(alice).values_list("text", "uses")) == [("Citez la formule.", 1)]
    bank.remember("Citez la formule.", acting_user=alice)
    bank.remember("Citez la formule du cours.", acting_user=alice, instead_of="Citez la formule.")
    assert list(bank.get_comments(alice).values_list("text", "uses")) == [
        ("Citez la formule.", 2),
        ("Citez la formule du cours.", 1),
    ]


def test_short_and_endless_comments_are_not_kept(school):
    for text in ("", "ok", "x" * 2001):
        assert bank.remember(text, acting_user=school.alice) is None
    assert not SavedComment.objects.exists()


def test_the_bank_is_bounded(school, monkeypatch):
    monkeypatch.setattr(bank, "BANK_LIMIT", 3)
    for number in range(5):
        bank.remember(f"Commentaire {number}", acting_user=school.alice)
    bank.remember("Commentaire 4", acting_user=school.alice)
    assert bank.get_comments(school.alice).count() == 3
    assert bank.get_comments(school.alice).first().text == "Commentaire 4"


def test_a_comment_is_added_and_removed_by_hand_by_its_owner_alone(marked, as_):
    as_("alice").post(reverse("grading:comments"), {"text": "Pensez aux unités."})
    comment = SavedComment.objects.get()
    url = reverse("grading:forget_comment", args=[comment.pk])
    assert as_("dan").post(url).status_code == 404
    assert as_("bob").get(reverse("grading:comments")).status_code == 404
    as_("alice").post(url)
    assert not SavedComment.objects.exists()
