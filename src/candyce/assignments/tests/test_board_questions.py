"""The class live by questions: what each pupil is stuck at, whatever a pupil's document holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pycrdt import Array, Map

from candyce.assignments import access, actions, board, board_questions
from candyce.assignments.models import Copy
from candyce.assignments.questions import get_columns
from candyce.assignments.tests.exercises import make_exercises_world
from candyce.assignments.tests.pages import HOSTILE, assert_clean, url
from candyce.collab import glance, store
from candyce.collab.answers import Hand
from candyce.collab.models import DocumentUpdate
from candyce.collab.replica import Replica

QUESTION = "f"  # the first of exo.ipynb, answered in one cell of code


@pytest.fixture(autouse=True)
def _fresh():
    glance.forget_all()
    yield
    glance.forget_all()


@pytest.fixture
def world(classroom, tmp_path):
    """Alice's class with an exercise that Bob and Chloé have opened."""
    made = make_exercises_world(classroom, tmp_path)
    chloe, alice = classroom.people["chloe"], classroom.people["alice"]
    actions.open_copy(access.get_assignment(chloe, made.assignment.pk), acting_user=chloe)
    made.assignment = access.get_assignment(alice, made.assignment.pk)
    return made


def copy_of(world, person) -> Copy:
    return Copy.objects.get(assignment=world.assignment, pupil=person)


def change(world, person, make):
    document = store.open_document(copy_of(world, person).project_id, "exo.ipynb")
    replica = Replica(store.load(document.pk).updates)
    update = replica.edit(make)
    replica.close()
    store.append({document.pk: [store.Entry(update, person.pk)]})


def note(world, person, **values):
    """What the pupil's page, or a forged one, writes beside the notebook."""

    def make(doc):
        for key, value in values.items():
            doc.get("state", type=Map)[key.replace("check_", "check:")] = value

    change(world, person, make)


def type_(world, person, text, *, error=""):
    def make(doc):
        cell = next(
            one
            for one in doc.get("cells", type=Array)
            if one["metadata"].to_py().get("nbgrader", {}).get("grade_id") == QUESTION
        )
        cell["source"].insert(0, text)
        if error:
            ours = {"output_type": "error", "ename": error, "evalue": HOSTILE, "traceback": []}
            cell["outputs"].append(Map(ours))

    change(world, person, make)


def failing(error="NameError"):
    return {"state": "failing", "error": error, "at": "2026-11-21T09:00:00Z", "count": 1}


def get_lines(classroom, world, viewer="alice"):
    columns = get_columns(world.assignment)
    view = board.look(classroom.people[viewer], world.assignment, {"exo.ipynb"})
    return board_questions.get_lines(view, view.cards, columns), columns


def get_mark(classroom, world, name):
    lines, _columns = get_lines(classroom, world)
    pupil = classroom.people[name].pk
    return next(line for line in lines if line.pupil_id == pupil).marks[0]


def ask(portal, world, have="", **filters):
    return portal.get(url("board_cards", world.assignment.pk), {"have": have} | filters)


def get_summary(portal, world, **filters):
    return " ".join(ask(portal, world, **filters).json()["summary"].split())


def test_each_pupil_has_a_mark_for_each_question(classroom, world):
    bob = classroom.people["bob"]
    lines, columns = get_lines(classroom, world)
    assert len(columns) > 3
    assert {len(line.marks) for line in lines} == {len(columns)}
    assert get_mark(classroom, world, "bob").state == "none"
    type_(world, bob, "x = 1\n")
    assert get_mark(classroom, world, "bob").state == "trying"
    type_(world, bob, "y", error="NameError")
    mark = get_mark(classroom, world, "bob")
    assert (mark.state, mark.error) == ("failing", "NameError")
    note(world, bob, check_f={"state": "passing", "error": "", "at": "", "count": 2})
    assert get_mark(classroom, world, "bob").state == "passing"
    assert get_mark(classroom, world, "chloe").state == "none"


def test_a_lesson_with_questions_opens_by_questions_and_another_by_pupils(classroom, world, as_):
    alice = as_("alice")
    page = alice.get(url("board", world.assignment.pk)).content.decode()
    assert '<table class="questions">' in page
    assert_clean(page)
    by_pupil = alice.get(url("board", world.assignment.pk), {"view": "pupils"}).content.decode()
    assert '<ol class="board"' in by_pupil
    without = alice.get(url("board", classroom.assignment.pk), {"view": "questions"})
    assert '<ol class="board"' in without.content.decode()


def test_pupils_stopped_alike_make_a_sentence_with_their_names(classroom, world, as_):
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    note(world, bob, check_f=failing())
    alice = as_("alice")
    assert "NameError" not in get_summary(alice, world)
    note(world, chloe, check_f=failing("TypeError"))
    assert "board-stuck" not in get_summary(alice, world)
    note(world, chloe, check_f=failing())
    summary = get_summary(alice, world)
    sentence = "2 pupils are stuck at question 1 with the same error"
    french = "2 élèves butent sur la question 1 avec la même erreur"
    assert sentence in summary or french in summary
    assert "Bob Test" in summary
    hidden = get_summary(alice, world, names="hidden")
    assert "NameError" in hidden
    assert "Test" not in hidden
    assert re.search(r">(Pupil|Élève) \d+</a>", hidden)
    # Another class, or those who have handed in, are not meant.
    world.assignment.classes.add(classroom.second)
    assert "board-stuck" not in get_summary(alice, world, class_=str(classroom.second.pk))
    Copy.objects.filter(assignment=world.assignment, pupil=bob).update(state=Copy.State.HANDED_IN)
    assert "board-stuck" not in get_summary(alice, world)


def test_raised_hands_stand_in_the_order_in_which_they_went_up(classroom, world, as_):
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    note(world, chloe, hand={"at": "2026-11-21T09:00:00Z", "question": QUESTION})
    DocumentUpdate.objects.exclude(author_id=None).update(
        at=datetime.now(UTC) + timedelta(seconds=1)
    )
    note(world, bob, hand={"at": "1970-01-01T00:00:00Z", "question": "<b>unknown</b>"})
    lines, columns = get_lines(classroom, world)
    raised = board_questions.get_raised(lines, columns)
    assert {one.line.pupil_id: one.column for one in raised} == {
        bob.pk: None,
        chloe.pk: columns[0],
    }
    for one in raised:
        started = copy_of(world, classroom.people["bob"]).started_at
        assert started - timedelta(seconds=2) < one.line.hand_at < started + timedelta(minutes=5)
    summary = get_summary(as_("alice"), world)
    assert "unknown" not in summary
    assert "data-ago" in summary


@pytest.mark.parametrize("claim", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon"])
def test_a_claimed_hour_is_kept_between_the_copys_start_and_its_last_change(
    classroom, world, claim
):
    bob = classroom.people["bob"]
    note(world, bob, hand={"at": claim, "question": QUESTION})
    view = board.look(classroom.people["alice"], world.assignment, {"exo.ipynb"})
    card = next(card for card in view.cards if card.pupil_id == bob.pk)
    [seen] = view.seen[card.project_id].values()
    hand = Hand(QUESTION, None if claim == "soon" else datetime.fromisoformat(claim))
    at = board_questions._clamp(hand, card, seen)
    assert card.started_at.replace(microsecond=0) <= at <= seen.notebook.updated_at


def test_a_document_full_of_anything_changes_nothing(classroom, world, as_):
    bob = classroom.people["bob"]
    forged = {f"check_x{number}": failing("Zerror") for number in range(3000)}
    forged |= {
        "check_f": {"state": "failing", "error": HOSTILE * 50, "at": 7, "count": "x"},
        "check_m": ["passing"] * 1000,
        "hand": {"at": "9" * 100_000, "question": HOSTILE},
        HOSTILE: HOSTILE,
    }
    note(world, bob, **forged)
    type_(world, bob, HOSTILE, error="<script>")
    mark = get_mark(classroom, world, "bob")
    assert (mark.state, mark.error) == ("failing", "")
    answer = ask(as_("alice"), world)
    assert len(answer.content) < 60_000
    body = answer.json()
    for html in [body["summary"], *(html for _mark, html in body["cards"].values())]:
        assert_clean(html)
        assert "Zerror" not in html
        assert "evil" not in html
    type_(world, bob, "y", error="NameError")
    note(world, bob, check_f=failing())
    [row] = [html for html in ask(as_("alice"), world).json()["cards"].values() if "Bob" in html[1]]
    assert "NameError: # Consigne **Attention** &lt;script&gt;" in row[1]
    assert not re.search("<script|<img|<style", row[1])


def test_only_the_rows_that_changed_are_sent_again(classroom, world, as_):
    alice = as_("alice")
    first = ask(alice, world).json()
    have = ".".join([*first["marks"], *(mark for mark, _html in first["cards"].values())])
    assert ask(alice, world, have).status_code == 204
    chloe = classroom.people["chloe"]
    note(world, chloe, check_f=failing())
    second = ask(alice, world, have).json()
    assert set(second["cards"]) == {f"line-{chloe.pk.hex}"}
    assert second["marks"] == first["marks"]


def test_many_rows_are_sent_in_few_bytes(world, as_):
    alice = as_("alice")
    whole = len(ask(alice, world).content)
    address = url("board_cards", world.assignment.pk)
    packed = alice.get(address, HTTP_ACCEPT_ENCODING="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < whole / 3


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("bob", 403), ("zoe", 404), ("charlie", 404)]
)
def test_only_who_follows_sees_the_questions(world, as_, name, status):
    for page in ("board", "board_cards"):
        answer = as_(name).get(url(page, world.assignment.pk), {"view": "questions"})
        assert answer.status_code == status


def test_the_cost_does_not_grow_with_the_class(
    classroom, world, as_, django_assert_max_num_queries
):
    alice = as_("alice")
    for name in ("bob", "chloe"):
        note(world, classroom.people[name], check_f=failing())
    ask(alice, world)
    with django_assert_max_num_queries(13):
        ask(alice, world)


def test_a_mark_opens_the_copy_at_its_question(classroom, world, as_):
    alice = as_("alice")
    _lines, columns = get_lines(classroom, world)
    html = ask(alice, world).json()["cards"][f"line-{classroom.people['bob'].pk.hex}"][1]
    address = re.findall(r'class="questions-mark"[^>]* href="([^"]+)"', html)[0]
    cell = columns[0].probe.cells[0].cell_id
    assert parse_qs(urlsplit(address.replace("&amp;", "&")).query)["cell"] == [cell]
    landed = alice.get(address.replace("&amp;", "&"))["Location"]
    assert parse_qs(urlsplit(landed).fragment)["cell"] == [cell]
    forged = alice.get(address.split("?")[0], {"path": "exo.ipynb", "cell": HOSTILE})["Location"]
    assert "cell" not in parse_qs(urlsplit(forged).fragment)


def test_pupils_stuck_alike_are_written_to_about_that_question(classroom, world, as_):
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    for pupil in (bob, chloe):
        note(world, pupil, check_f=failing())
    alice = as_("alice")
    summary = get_summary(alice, world, names="hidden").replace("&amp;", "&")
    address = re.search(r'class="board-write" href="([^"]+)"', summary)[1]
    assert set(parse_qs(urlsplit(address).query)["pupil"]) == {str(bob.pk), str(chloe.pk)}
    form = alice.get(address).content.decode()
    ticked = re.findall(r'name="pupil" value="([^"]+)"[^>]* checked', form)
    assert set(ticked) == {str(bob.pk), str(chloe.pk)}
    assert re.search(r'value="chosen"[^>]* checked', form)
    assert '<option value="f/exo.ipynb" selected>' in form
    # The board hid the names: what opens from it does too, and what is sent from there.
    for who in (bob, chloe):
        assert who.full_name not in form
        assert who.sort_name not in form
    action = re.search(r'<form method="post" action="([^"]+messages/[^"]*)"', form)[1]
    sent = alice.post(
        action, {"to": "chosen", "pupil": [str(bob.pk)], "text": "Relisez."}, follow=True
    )
    page = sent.content.decode()
    assert "Relisez." in page
    assert "Bob" not in page
    assert "Bob Test" in alice.get(url("notices", world.assignment.pk)).content.decode()


def test_a_row_is_ticked_by_its_pupil_and_leads_to_the_projector(classroom, world, as_):
    for filters in ({}, {"names": "hidden"}, {"view": "pupils"}):
        board = as_("alice").get(url("board", world.assignment.pk), filters).content.decode()
        assert_clean(board)
        for name in ("bob", "chloe"):
            person = classroom.people[name]
            boxes = re.findall(rf'<input[^>]*value="{person.pk}"[^>]*>', board)
            assert len(boxes) == 1
            assert 'form="write-to"' in boxes[0]
            assert (person.full_name in boxes[0]) == ("names" not in filters)
            assert url("show_copy", copy_of(world, person).pk) in board
