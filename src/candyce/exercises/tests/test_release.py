from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings

from candyce.exercises.format import get_meta, get_role, normalise
from candyce.exercises.release import release
from candyce.exercises.tests import peer
from candyce.exercises.tests.notebooks import (
    SQUARE,
    closed_cell,
    exercise,
    hostile_notebooks,
    make_cell,
    make_notebook,
    valid_notebooks,
)


@settings(max_examples=150)
@given(valid_notebooks())
def test_release_of_a_valid_notebook_is_nbgraders(notebook):
    before = copy.deepcopy(notebook)

    assert release(notebook) == peer.generate_assignment(notebook)
    assert notebook == before


@settings(max_examples=300)
@given(hostile_notebooks)
def test_release_of_anything_is_metadata_that_nbgrader_reads_and_never_raises(notebook):
    released = release(notebook)

    assert normalise(released) == released
    ids = [get_meta(cell)["grade_id"] for cell in released["cells"] if get_role(cell)]
    assert len(ids) == len(set(ids))
    assert all(ids)
    text = json.dumps([cell["metadata"].get("candyce", {}) for cell in released["cells"]])
    assert '"key"' not in text
    assert '"text"' not in text


@pytest.mark.parametrize("version", [0, 1, 2])
def test_metadata_of_older_nbgraders_are_upgraded_as_nbgrader_does(version):
    old = {"grade": True, "solution": False, "locked": True, "grade_id": "a", "points": 2.0}
    if version:
        old["schema_version"] = version
    notebook = make_notebook(
        make_cell("code", "assert x", "1", nbgrader=old | {"checksum": "0" * 32}),
        make_cell(
            "code",
            "x = 1",
            "2",
            nbgrader={**old, "grade": False, "solution": True, "grade_id": "b"},
        ),
        make_cell("code", "", "3", nbgrader={"schema_version": version} if version else {}),
        make_cell(
            "markdown",
            "",
            "4",
            nbgrader={
                **old,
                "points": -3.0 if version == 0 else 1.0,
                "solution": True,
                "grade_id": "c",
                "odd": 1,
            },
        ),
    )
    if version:
        notebook["cells"][2]["metadata"]["nbgrader"] |= {
            "grade": False,
            "solution": False,
            "locked": False,
        }

    assert normalise(notebook) == peer.upgrade(notebook)


@settings(max_examples=60)
@given(valid_notebooks())
def test_normalising_changes_nothing_valid(notebook):
    assert normalise(notebook) == notebook


def test_release_tells_nothing_of_solutions_tests_hints_and_schemes():
    text = json.dumps(release(SQUARE), ensure_ascii=False)

    for secret in ("x * x", "49", "Multipliez", "moins par moins", "parabole"):
        assert secret not in text
    assert "def square(x):" in text
    assert "Tracez la courbe." in text
    assert '"cost": 0.5' in text


def test_release_speaks_french_on_demand():
    sources = [cell["source"] for cell in release(SQUARE, "fr")["cells"]]

    assert sources[1] == (
        "def square(x):\n    # ÉCRIRE LE CODE ICI\n    raise NotImplementedError()"
    )
    assert sources[5] == "ÉCRIRE LA RÉPONSE ICI"


def test_locked_cells_can_be_neither_edited_nor_deleted():
    locks = {
        cell["id"]: (cell["metadata"].get("editable"), cell["metadata"].get("deletable"))
        for cell in release(SQUARE)["cells"]
    }

    assert locks == {
        "title": (None, None),
        "square": (None, False),
        "square-visible": (False, False),
        "square-hidden": (False, False),
        "why": (None, None),
        "why-answer": (None, False),
        "draw": (False, False),
    }


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\nsecret",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\nsecret\n### END SOLUTION",
        "### BEGIN HIDDEN TESTS\nsecret",
        "### BEGIN MARK SCHEME\nsecret\n### END SOLUTION",
        "#### BEGIN HIDDEN TESTS ####\nsecret\n#END HIDDEN TESTS",
        "### BEGIN SOLUTION ### END SOLUTION\nsecret",
    ],
)
@pytest.mark.parametrize("role", ["solution", "tests", "readonly", None])
@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_a_region_that_nbgrader_would_refuse_is_taken_away(source, role, kind):
    cell = exercise(role, "a", source, kind=kind) if role else make_cell(kind, source, "a")

    assert "secret" not in json.dumps(release(make_notebook(cell)))


def test_closed_questions_are_emptied():
    notebook = make_notebook(
        closed_cell("Capitale ?\n\n- [ ] Lyon\n- [x] Paris\n", {"kind": "choice", "key": {}}, "q1"),
        closed_cell(
            "g ?\n\n**Réponse :** 9,81 m/s²",
            {
                "kind": "number",
                "key": {"tolerance": {"absolute": 0.01}, "units": ["m/s²"]},
                "unit": True,
            },
            "q2",
        ),
        closed_cell(
            "Qui ?\n\n**Answer:** Ada\nLovelace",
            {"kind": "text", "key": {"accepted": ["Ada"]}, "note": "x"},
            "q3",
        ),
        closed_cell(
            "Régions\n\n- Brest → Bretagne\n- Nice → Provence",
            {"kind": "matching", "key": {}, "options": ["Alsace"]},
            "q4",
        ),
        closed_cell(
            "**Fichier :** corrige.csv", {"kind": "file", "accept": [".csv", 3, "x"]}, "q5"
        ),
    )

    cells = release(notebook, "fr")["cells"]

    assert [cell["source"] for cell in cells] == [
        "Capitale ?\n\n- [ ] Lyon\n- [ ] Paris\n",
        "g ?\n\n**Réponse :** ",
        "Qui ?\n\n**Answer:** ",
        "Régions\n\n- Brest → \n- Nice → \n\n*Au choix : {}*".format(
            " ; ".join(cells[3]["metadata"]["candyce"]["question"]["options"])
        ),
        "**Fichier :** ",
    ]
    questions = [cell["metadata"]["candyce"]["question"] for cell in cells]
    assert questions[:3] == [{"kind": "choice"}, {"kind": "number", "unit": True}, {"kind": "text"}]
    assert sorted(questions[3]["options"]) == ["Alsace", "Bretagne", "Provence"]
    assert questions[4] == {"kind": "file", "accept": [".csv"]}


def test_options_stand_in_an_order_that_does_not_depend_on_the_answer():
    def release_options(first, second):
        source = f"- Brest → {first}\n- Nice → {second}\n"
        cell = release(make_notebook(closed_cell(source, {"kind": "matching"})))["cells"][0]
        return cell["metadata"]["candyce"]["question"]["options"]

    assert release_options("Bretagne", "Provence") == release_options("Provence", "Bretagne")


@pytest.mark.parametrize(
    "source",
    ["> - [X] secret-is-first", "1. [x] a\n2. [ ] b", "* [✓] a", "  + [x] a\n\n- [ ] last list"],
)
def test_every_tick_goes_whatever_its_bullet(source):
    cell = release(make_notebook(closed_cell(source, {"kind": "choices"})))["cells"][0]

    assert not any(mark in cell["source"] for mark in ("[x]", "[X]", "[✓]"))


@pytest.mark.parametrize(
    "line",
    [
        "Réponse: 42",
        "**Réponse** : 42",
        "- Answer : 42",
        "**Re\u0301ponse\xa0:** 42",
        "réponse\xa0:\n42",
    ],
)
def test_every_spelling_of_the_answer_line_is_emptied(line):
    cell = release(make_notebook(closed_cell(f"Combien ?\n{line}", {"kind": "number"})))["cells"][0]

    assert "42" not in cell["source"]
    assert cell["source"].startswith("Combien ?\n")


def test_a_question_of_an_unknown_kind_tells_no_answer():
    source = "- [x] a\n- Brest → Bretagne\n\n**Réponse :** secret"
    cell = make_cell(
        "markdown", source, "a", candyce={"question": {"kind": "new", "key": "secret"}}
    )

    text = json.dumps(release(make_notebook(cell)), ensure_ascii=False)

    assert "secret" not in text
    assert "[x]" not in text
    assert "Bretagne" not in text


def test_the_image_of_a_solution_does_not_stay_in_the_file():
    cell = exercise("manual", "a", "![](attachment:curve.png)", kind="markdown")
    cell["attachments"] = {"curve.png": {"image/png": "c2VjcmV0"}}
    plain = make_cell("markdown", "![](attachment:map.png)", "b")
    plain["attachments"] = {"map.png": {"image/png": "bWFw"}}

    cells = release(make_notebook(cell, plain))["cells"]

    assert "attachments" not in cells[0]
    assert cells[1] == plain


def test_outputs_and_the_state_of_widgets_go():
    cell = make_cell("code", "1 + 1", "a") | {
        "outputs": [{"output_type": "stream"}],
        "execution_count": 3,
    }
    notebook = make_notebook(cell, exercise("readonly", "b", ""))
    notebook["metadata"]["widgets"] = {"state": "secret"}

    released = release(notebook)

    assert released["cells"][0]["outputs"] == []
    assert "widgets" not in released["metadata"]
