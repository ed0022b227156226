from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.exercises import closed
from candyce.exercises.closed import mark_closed
from candyce.exercises.numbers import parse_number, tidy_unit
from candyce.exercises.release import release
from candyce.exercises.tests.notebooks import (
    closed_cell,
    hostile_notebooks,
    make_cell,
    make_notebook,
)

CHOICE = "Capitale ?\n\n- [ ] Lyon\n- [x] Paris\n- [ ] Nice"
CHOICES = "Premiers ?\n\n- [x] 2\n- [x] 3\n- [ ] 4\n- [ ] 6"


def judge(author: dict, text: str) -> tuple[str, Decimal]:
    verdict = mark_closed(author, make_cell("markdown", text))
    return verdict.said, verdict.fraction


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHOICE, "right"),
        ("Capitale ?\n\n- [x] Paris\n- [ ] Nice\n- [ ] Lyon", "right"),
        ("Capitale ?\n\n* [X]  Paris \n* [ ] Lyon", "right"),
        ("- [x] Lyon\n- [ ] Paris\n- [ ] Nice", "wrong"),
        ("- [x] Lyon\n- [x] Paris\n- [ ] Nice", "wrong"),
        ("- [ ] Lyon\n- [ ] Paris\n- [ ] Nice", "blank"),
        ("", "blank"),
        ("- [x] Paris, en France\n", "wrong"),
        ("- [ ] Lyon\n- [x] Paris (oui)\n- [ ] Nice", "right"),
        ("- [x] Paris\n- [x] Paris", "wrong"),
    ],
)
def test_one_choice_is_read_by_its_words(text, said):
    assert judge(closed_cell(CHOICE, {"kind": "choice"}), text) == (said, Decimal(said == "right"))


@pytest.mark.parametrize(
    ("ticks", "strict", "partial"),
    [
        ("xx  ", ("right", 1), ("right", 1)),
        ("x   ", ("wrong", 0), ("partial", 0.5)),
        ("xxx ", ("wrong", 0), ("partial", 0.5)),
        ("x x ", ("wrong", 0), ("wrong", 0)),
        ("xxxx", ("wrong", 0), ("wrong", 0)),
        ("    ", ("blank", 0), ("blank", 0)),
    ],
)
def test_several_choices_count_all_or_nothing_or_in_part(ticks, strict, partial):
    text = "\n".join(f"- [{tick}] {word}" for tick, word in zip(ticks, "2346", strict=True))

    said, fraction = judge(closed_cell(CHOICES, {"kind": "choices"}), text)
    assert (said, float(fraction)) == strict
    said, fraction = judge(closed_cell(CHOICES, {"kind": "choices", "partial": True}), text)
    assert (said, float(fraction)) == partial


GRAVITY = {
    "kind": "number",
    "key": {"tolerance": {"absolute": 0.01}, "units": ["m.s-2", "N/kg"]},
    "unit": True,
}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("9,81 m/s²", "right"),
        ("9.81 m·s⁻²", "right"),
        ("g = 9,82 m s^-2", "right"),
        ("9,80 N/kg.", "right"),
        ("9,79 m/s²", "wrong"),
        ("−9,81 m/s²", "wrong"),
        ("0,981×10^1 m/s^2", "right"),
        ("981e-2m.s-2", "right"),
        ("`9,81 m/s²`", "right"),
        ("9,81", "unit_missing"),
        ("9,81 m/s", "unit_wrong"),
        ("neuf", "unreadable"),
        ("9,81 ou 3 m/s²", "unreadable"),
        ("9,81 9,82", "unreadable"),
        ("", "blank"),
        ("9" * 5000, "unreadable"),
        ("1e999999999", "unreadable"),
    ],
)
def test_a_number_has_a_tolerance_and_a_unit(answer, said):
    author = closed_cell("g ?\n\n**Réponse :** 9,81 m/s²", GRAVITY)

    assert judge(author, f"g ?\n\n**Réponse :** {answer}")[0] == said


def test_a_relative_tolerance_grows_with_the_number():
    author = closed_cell(
        "**Answer:** 1 000 000", {"kind": "number", "key": {"tolerance": {"relative": 0.05}}}
    )

    assert [judge(author, f"**Answer:** {n}")[0] for n in ("950 000", "1.05e6", "1,06·10⁶")] == [
        "right", "right", "wrong",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234,5", "1234.5"), ("1\u202f234", "1234"), ("1.234,5", "1234.5"), ("1,234.5", "1234.5"),
        ("10^3", "1000"), ("-10⁻²", "-0.01"), ("2 × 10^{-3}", "0.002"), (",5", "0.5"), ("50 %", "50"),
        ("1'000", "1000"), ("≈ 3", "3"), ("2e99999", None), ("$3{,}5$", "3,5"), ("1,2,3", None), ("12 34", None), ("1/2", "1"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written(text, value):
    number = parse_number(text)

    assert (number and number.value) == (value and parse_number(value).value)


def test_units_have_one_spelling():
    assert (
        len({tidy_unit(text) for text in ("m s^-2", "m.s-2", "m·s⁻²", "m × s**-2", "m.s^{-2}")})
        == 1
    )
    assert tidy_unit("mm") != tidy_unit("Mm")
    assert tidy_unit("µm") == tidy_unit("μm")


@pytest.mark.parametrize(
    ("answer", "options", "said"),
    [
        ("Léonard de Vinci", {}, "right"),
        ("leonard  de vinci.", {}, "right"),
        ("leonard de vinci", {"accents": True}, "wrong"),
        ("léonard de vinci", {"case": True}, "wrong"),
        ("L’Aigle", {}, "right"),
        ("Coeur", {}, "right"),
        ("Michel-Ange", {}, "wrong"),
        ("", {}, "blank"),
    ],
)
def test_a_short_text_has_accepted_answers(answer, options, said):
    key = {"accepted": ["l'aigle", "cœur"]}
    author = closed_cell(
        "Qui ?\n\n**Réponse :** Léonard de Vinci", {"kind": "text", "key": key, **options}
    )

    assert judge(author, f"Qui ?\n\n**Réponse :** {answer}")[0] == said


@pytest.mark.parametrize(
    ("text", "strict", "partial"),
    [
        ("- Brest → Bretagne\n- Nice → Provence", "right", 1),
        ("- Nice -> Provence\n- Brest -> Bretagne", "right", 1),
        ("- Brest → Provence\n- Nice → Provence", "wrong", 0.5),
        ("- Brest → Provence\n- Nice → Bretagne", "wrong", 0),
        ("- Brest → \n- Nice → ", "blank", 0),
    ],
)
def test_matching_goes_by_the_left_side(text, strict, partial):
    source = "- Brest → Bretagne\n- Nice → Provence\n"

    assert judge(closed_cell(source, {"kind": "matching"}), text)[0] == strict
    partly = closed_cell(source, {"kind": "matching", "partial": True})
    assert float(judge(partly, text)[1]) == partial


def test_the_author_reads_both_answers():
    verdict = mark_closed(
        closed_cell(CHOICES, {"kind": "choices"}), make_cell("markdown", "- [x] 4")
    )

    assert (verdict.expected, verdict.given) == ("2 ; 3", "4")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("- [ ] a\n- [ ] b", "choice"),
        ("- [x] a\n- [x] b", "choice"),
        ("**Réponse :** beaucoup", "number"),
        ("**Réponse :** ", "text"),
        ("- a →\n- b → c", "matching"),
        ("**Fichier :** a.csv", "file"),
    ],
)
def test_without_a_key_nobody_is_right_or_wrong(source, kind):
    author = closed_cell(source, {"kind": kind})

    assert not closed.has_key(author)
    assert judge(author, source) == ("no_key", Decimal(0))


@pytest.mark.parametrize(
    ("source", "question"),
    [
        (CHOICE, {"kind": "choice"}),
        (CHOICES, {"kind": "choices", "partial": True}),
        ("**Réponse :** 4", {"kind": "number"}),
        ("**Answer:** four", {"kind": "text"}),
        ("- a → b\n- c → d", {"kind": "matching", "partial": True}),
    ],
)
def test_what_was_released_is_blank_and_the_authors_own_answer_is_right(source, question):
    author = closed_cell(source, question)
    (pupil,) = release(make_notebook(author))["cells"]

    assert mark_closed(author, pupil).said == "blank"
    assert mark_closed(author, None).said == "blank"
    assert mark_closed(author, author).said == "right"


@settings(max_examples=200)
@given(hostile_notebooks, st.text(max_size=40))
def test_nothing_in_a_notebook_makes_marking_raise(notebook, text):
    for cell in (
        notebook["cells"]
        if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list)
        else []
    ):
        verdict = mark_closed(cell, make_cell("markdown", text))
        assert 0 <= verdict.fraction <= 1
        assert verdict.said in closed.SAID


@pytest.mark.parametrize(
    "line",
    [
        " " * 200_000,
        "- " + "-" * 200_000,
        "- [x]" + " " * 200_000,
        "1" * 200_000,
        "**" * 100_000,
        "- →" * 60_000,
    ],
)
def test_a_long_line_is_read_in_linear_time(line):
    author = closed_cell("**Réponse :** 4", {"kind": "number"})
    for question, source in (
        ({"kind": "choice"}, CHOICE),
        ({"kind": "matching"}, "- a → b"),
        ({"kind": "number"}, "**Réponse :** 4"),
    ):
        author = closed_cell(source, question)
        assert judge(author, f"{line}\n{line}\n**Réponse :** {line}")[0] != "right"
