"""What differs between two notebooks: cells by nbdime, lines and words by ourselves, within bounds."""

from __future__ import annotations

import copy

import pytest

from candyce.lib import notebook_diff
from candyce.lib.notebook_diff import TooDifferent, compare_notebooks, compare_texts, match_by_id


def cell(name, source="", **more):
    return {"id": name, "cell_type": "markdown", "metadata": {}, "source": source} | more


def code(name, source="", outputs=(), count=None):
    return cell(name, source, cell_type="code", outputs=list(outputs), execution_count=count)


def notebook(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def brief(rows):
    return [(row["kind"], row["a"], row["b"]) for row in rows]


BEFORE = notebook(
    cell("a", "# Titre"),
    code(
        "b",
        "x = 1\ny = 2\nprint(x + y)",
        [{"output_type": "stream", "name": "stdout", "text": "3"}],
    ),
    cell("c", "Une conclusion qui reste."),
    cell("d", "Une autre."),
)


def test_cells_are_added_removed_changed_and_kept():
    after = copy.deepcopy(BEFORE)
    after["cells"][1]["source"] = "x = 1\ny = 20\nprint(x + y)"
    after["cells"].insert(0, cell("n", "Tout autre chose ici"))
    del after["cells"][3]
    rows = compare_notebooks(BEFORE, after)
    assert brief(rows) == [
        ("added", None, 0),
        ("same", 0, 1),
        ("changed", 1, 2),
        ("removed", 2, None),
        ("same", 3, 3),
    ]
    assert rows[2]["lines"] == [
        [" ", [["x = 1", False]]],
        ["-", [["y = ", False], ["2", True]]],
        ["+", [["y = ", False], ["20", True]]],
        [" ", [["print(x + y)", False]]],
    ]


def test_outputs_metadata_and_attachments_are_named_not_shown():
    after = copy.deepcopy(BEFORE)
    after["cells"][1]["outputs"] = []
    after["cells"][1]["execution_count"] = 4
    after["cells"][0]["metadata"] = {"tags": ["x"]}
    after["cells"][2]["attachments"] = {"a.png": {"image/png": "AAAA"}}
    rows = compare_notebooks(BEFORE, after)
    assert [sorted(row["parts"]) for row in rows] == [
        ["metadata"],
        ["execution_count", "outputs"],
        ["attachments"],
        [],
    ]


def test_equal_notebooks_are_all_the_same():
    assert brief(compare_notebooks(BEFORE, BEFORE)) == [("same", n, n) for n in range(4)]


def test_far_lines_are_left_out_and_counted():
    lines = [f"ligne {n}" for n in range(40)]
    after = [*lines]
    after[20] = "ligne vingt"
    found = compare_texts("\n".join(lines), "\n".join(after))
    assert found[0] == ["…", 17]
    assert found[-1] == ["…", 16]
    assert [line[0] for line in found[1:-1]] == [" "] * 3 + ["-", "+"] + [" "] * 3


def test_what_takes_too_long_or_is_too_large_says_so(monkeypatch):
    monkeypatch.setattr(notebook_diff, "PATIENCE", 0.01)
    with pytest.raises(TooDifferent):
        compare_texts("a", "b")
    monkeypatch.undo()
    with pytest.raises(TooDifferent):
        compare_texts("a" * notebook_diff.SIZE, "b" * notebook_diff.SIZE)
    # An id is any string for a stranger; nbformat's own rules are not asked here.
    assert brief(compare_notebooks(notebook(cell("../x", "a")), notebook(cell("../x", "b"))))


def test_matching_by_id_needs_no_process():
    after = copy.deepcopy(BEFORE)
    after["cells"][1]["source"] = "1"
    after["cells"].append(cell("n"))
    del after["cells"][0]
    assert brief(match_by_id(BEFORE, after)) == [
        ("removed", 0, None),
        ("changed", 1, 0),
        ("same", 2, 1),
        ("same", 3, 2),
        ("added", None, 3),
    ]
