"""The class live: what the board shows, to whom, and what it leaves alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pycrdt import Array, Map, Text

from candyce.assignments import board
from candyce.assignments.models import Copy
from candyce.assignments.tests.pages import HOSTILE, url
from candyce.collab import bell, glance, store, watching
from candyce.collab.models import DocumentUpdate
from candyce.collab.replica import Replica


@pytest.fixture(autouse=True)
def _fresh():
    glance.forget_all()
    yield
    glance.forget_all()


def write(classroom, name, text, *, by=None, cell=None):
    """``name``'s copy after an edit; a code cell is added the first time."""
    document = store.open_document(classroom.copy_of(name).project_id, "triangles.ipynb")
    replica = Replica(store.load(document.pk).updates)

    def change(doc):
        cells = doc.get("cells", type=Array)
        if cell is not None:
            cells[cell]["source"].insert(0, text)
            return
        made = {
            "id": f"c{len(cells)}",
            "cell_type": "code",
            "source": Text(text),
            "metadata": Map({}),
            "outputs": Array([]),
            "execution_count": None,
        }
        cells.append(Map(made))

    update = replica.edit(change)
    replica.close()
    author = classroom.people[by or name].pk
    store.append({document.pk: [store.Entry(update, author)]})
    return document


def fail(classroom, name, message):
    document = store.open_document(classroom.copy_of(name).project_id, "triangles.ipynb")
    replica = Replica(store.load(document.pk).updates)

    def change(doc):
        cell = doc.get("cells", type=Array)[-1]
        cell["outputs"].append(
            Map({"output_type": "error", "ename": "NameError", "evalue": message, "traceback": []})
        )
        cell["execution_count"] = 1

    update = replica.edit(change)
    replica.close()
    store.append({document.pk: [store.Entry(update, classroom.people[name].pk)]})


def get_card(classroom, name, viewer="alice"):
    cards = board.get_cards(classroom.people[viewer], classroom.fetch(viewer))
    return next(card for card in cards if card.pupil_id == classroom.people[name].pk)


def test_each_pupil_has_a_card_with_what_they_do(classroom):
    classroom.open("bob")
    classroom.open("chloe")
    write(classroom, "bob", "aire = base * hauteur")
    statuses = {name: get_card(classroom, name).status for name in ("bob", "chloe", "eric")}
    assert statuses == {"bob": "working", "chloe": "not_started", "eric": "not_started"}
    card = get_card(classroom, "bob")
    assert card.place.text.lines == ("aire = base * hauteur",)
    assert (card.runs, card.cells) == (0, 1)
    fail(classroom, "bob", "name 'base' is not defined")
    card = get_card(classroom, "bob")
    assert (card.status, card.runs) == ("error", 1)
    assert card.place.output.text == "NameError: name 'base' is not defined"


def test_a_quiet_pupil_becomes_inactive_and_a_teachers_word_does_not_change_that(classroom):
    classroom.open("bob")
    write(classroom, "bob", "x = 1")
    DocumentUpdate.objects.exclude(author_id=None).update(at=timezone.now() - timedelta(minutes=4))
    assert get_card(classroom, "bob").status == "idle"
    write(classroom, "bob", "Alors ? ", by="alice", cell=0)
    card = get_card(classroom, "bob")
    assert card.status == "idle"
    assert card.place.text.lines == ("x = 1",)


def test_handed_in_is_said_whatever_was_typed(classroom):
    classroom.open("bob")
    write(classroom, "bob", "x = 1")
    Copy.objects.update(state=Copy.State.HANDED_IN)
    assert get_card(classroom, "bob").status == "handed_in"


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 200), ("dan", 200), ("bob", 403), ("zoe", 404), ("charlie", 404), ("nobody", 302)],
)
@pytest.mark.parametrize("page", ["board", "board_cards"])
def test_only_who_follows_the_class_sees_it_live(classroom, as_, page, name, status):
    classroom.open("bob")
    answer = as_(name).get(url(page, classroom.assignment.pk))
    assert answer.status_code == status


def test_a_teacher_sees_the_pupils_of_their_own_classes_only(classroom, as_):
    write_for = ("bob", "eric")
    for name in write_for:
        classroom.open(name)
    html = as_("fay").get(url("board", classroom.assignment.pk)).content.decode()
    assert "Eric Test" in html
    assert "Bob Test" not in html


def test_what_a_pupil_typed_is_shown_as_text(classroom, as_):
    classroom.open("bob")
    write(classroom, "bob", HOSTILE)
    fail(classroom, "bob", "<script>alert(1)</script>")
    answer = as_("alice").get(url("board", classroom.assignment.pk))
    html = answer.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    cards = html[html.index("data-board-cards") : html.rindex("</ol>")]
    for tag in ("<script", "<img", "<iframe", "<style", "href='"):
        assert tag not in cards


def ask(portal, classroom, have="", **filters):
    return portal.get(url("board_cards", classroom.assignment.pk), {"have": have} | filters)


def get_have(answer) -> str:
    body = answer.json()
    return ".".join([*body["marks"], *(mark for mark, _html in body["cards"].values())])


def test_only_what_changed_is_sent_again(classroom, as_):
    for name in ("bob", "chloe"):
        classroom.open(name)
        write(classroom, name, "x = 1")
    alice = as_("alice")
    first = ask(alice, classroom)
    assert len(first.json()["cards"]) == len(first.json()["order"]) == 4
    have = get_have(first)
    assert ask(alice, classroom, have).status_code == 204
    write(classroom, "chloe", "y = 2")
    second = ask(alice, classroom, have).json()
    chloe = f"card-{classroom.people['chloe'].pk.hex}"
    assert set(second["cards"]) == {chloe}
    assert "y = 2" in second["cards"][chloe][1]
    hand_in = classroom.copy_of("chloe")
    hand_in.state = Copy.State.HANDED_IN
    hand_in.save()
    assert set(ask(alice, classroom, have).json()["cards"]) == {chloe}


def test_hidden_names_are_nowhere_in_the_page(classroom, as_):
    for name in ("bob", "chloe"):
        classroom.open(name)
    alice = as_("alice")
    page = alice.get(url("board", classroom.assignment.pk), {"names": "hidden"}).content.decode()
    main = page[page.index("<main") :]
    for name in ("Bob", "Chloe", "Eric", "BOB", "CHLOE"):
        assert name not in main
    assert "Pupil 1" in main or "Élève 1" in main
    cards = ask(alice, classroom, names="hidden").content.decode()
    assert "Bob" not in cards
    # The numbers stay from one look to the next, and do not follow the alphabet.
    numbers = [
        card.number for card in board.get_cards(classroom.people["alice"], classroom.fetch("alice"))
    ]
    assert sorted(numbers) == [1, 2, 3, 4]


def test_filters_and_orders(classroom, as_):
    for name in ("bob", "chloe", "eric"):
        classroom.open(name)
    write(classroom, "bob", "x = 1")
    DocumentUpdate.objects.exclude(author_id=None).update(at=timezone.now() - timedelta(minutes=1))
    write(classroom, "eric", "x = 1")
    fail(classroom, "eric", "name 'x'")
    alice = as_("alice")

    def names(**filters):
        order = ask(alice, classroom, **filters).json()["order"]
        people = {
            f"card-{person.pk.hex}": name for name, person in classroom.people.items() if person.pk
        }
        return [people[one] for one in order]

    assert names() == ["bob", "chloe", "eric", "remi"]
    assert names(status="error") == ["eric"]
    assert names(sort="status") == ["eric", "bob", "chloe", "remi"]
    assert names(sort="activity")[:2] == ["eric", "bob"]
    assert names(class_=str(classroom.second.pk)) == ["eric"]
    assert names(status="<script>", sort="'") == ["bob", "chloe", "eric", "remi"]


def test_looking_is_told_to_the_copies_looked_at_and_to_no_others(classroom, as_, monkeypatch):
    for name in ("bob", "eric"):
        classroom.open(name)
    told = []
    monkeypatch.setattr(bell, "watch", told.append)
    ask(as_("fay"), classroom)
    [watch] = told
    assert watch.project_ids == {classroom.copy_of("eric").project_id}
    assert watch.user["name"] == "Fay Test"
    assert watch.user["role"] == "teacher"
    as_("bob").get(url("board_cards", classroom.assignment.pk))
    assert len(told) == 1


def test_who_is_connected_is_shown(classroom):
    copy = classroom.open("bob")
    assert not get_card(classroom, "bob").connected
    watching.note_people(copy.project_id, "triangles.ipynb", {classroom.people["alice"].pk})
    assert not get_card(classroom, "bob").connected
    watching.note_people(copy.project_id, "triangles.ipynb", {classroom.people["bob"].pk})
    assert get_card(classroom, "bob").connected


def test_the_cost_does_not_grow_with_the_class(classroom, as_, django_assert_max_num_queries):
    for name in ("bob", "chloe", "eric"):
        classroom.open(name)
        write(classroom, name, "x = 1")
    alice = as_("alice")
    ask(alice, classroom)
    with django_assert_max_num_queries(13):
        ask(alice, classroom)
    for name in ("bob", "chloe", "eric"):
        write(classroom, name, "y = 1")
    with django_assert_max_num_queries(15):
        ask(alice, classroom)


def test_freezing_is_a_switch_that_a_second_teacher_sees(classroom, as_):
    copy = classroom.open("bob")
    page = url("detail", classroom.assignment.pk)
    answer = as_("dan").post(
        url("freeze", classroom.assignment.pk), {"frozen": "1", "then": "board"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == url("board", classroom.assignment.pk)
    for name in ("alice", "dan"):
        for address in (
            page,
            url("rows", classroom.assignment.pk),
            url("board", classroom.assignment.pk),
        ):
            assert "class-frozen" in as_(name).get(address).content.decode()
    pupil = as_("bob").get(url("copy", copy.pk)).content.decode()
    assert "figé la classe" in pupil or "frozen the class" in pupil
    as_("alice").post(url("freeze", classroom.assignment.pk), {"frozen": "0"})
    assert "class-frozen" not in as_("dan").get(page).content.decode()


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("zoe", 404), ("charlie", 404)])
def test_pupils_and_strangers_freeze_nobody(classroom, as_, name, status):
    answer = as_(name).post(url("freeze", classroom.assignment.pk), {"frozen": "1"})
    assert answer.status_code == status
    classroom.assignment.refresh_from_db()
    assert classroom.assignment.frozen_at is None
    assert as_("alice").get(url("freeze", classroom.assignment.pk)).status_code == 405
