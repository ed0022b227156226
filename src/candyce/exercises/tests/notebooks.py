"""Notebooks for tests: cells by role, and hypothesis' strategies of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

FLAGS = {
    "solution": (False, True, False, False),
    "tests": (True, False, True, False),
    "manual": (True, True, False, False),
    "task": (False, False, True, True),
    "readonly": (False, False, True, False),
}


def make_cell(kind: str, source: str, cell_id: str = "", **metadata: Any) -> dict[str, Any]:
    cell = {"id": cell_id or "c", "cell_type": kind, "metadata": metadata, "source": source}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell


def make_meta(role: str, grade_id: str, points: float | None = None) -> dict[str, Any]:
    grade, solution, locked, task = FLAGS[role]
    meta: dict[str, Any] = {
        "schema_version": 3,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": task,
        "grade_id": grade_id,
    }
    if role in {"tests", "manual", "task"}:
        meta["points"] = 1 if points is None else points
    return meta


def exercise(
    role: str,
    grade_id: str,
    source: str,
    *,
    kind: str = "code",
    points: float | None = None,
    candyce: dict[str, Any] | None = None,
    cell_id: str = "",
) -> dict[str, Any]:
    """A cell of the role; its id is its ``grade_id`` unless another is given."""
    metadata: dict[str, Any] = {"nbgrader": make_meta(role, grade_id, points)}
    if candyce is not None:
        metadata["candyce"] = candyce
    return make_cell(kind, source, cell_id or grade_id, **metadata)


def closed_cell(
    source: str, question: dict[str, Any], grade_id: str = "q", points: float = 1
) -> dict[str, Any]:
    return exercise(
        "manual", grade_id, source, kind="markdown", points=points, candyce={"question": question}
    )


def make_notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    metadata = {"kernelspec": {"name": "python", "display_name": "Python", "language": "python"}}
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


SQUARE = make_notebook(
    make_cell("markdown", "# Carrés\n", "title"),
    exercise(
        "solution",
        "square",
        "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION",
        candyce={
            "title": "Le carré",
            "difficulty": 2,
            "hint": {"text": "Multipliez.", "cost": 0.5},
        },
    ),
    exercise("tests", "square-visible", "assert square(2) == 4", points=1),
    exercise(
        "tests",
        "square-hidden",
        "assert square(3) == 9\n### BEGIN HIDDEN TESTS\nassert square(-7) == 49\n### END HIDDEN TESTS",
        points=2,
    ),
    make_cell("markdown", "## Pourquoi", "why"),
    exercise(
        "manual", "why-answer", "Parce que moins par moins fait plus.", kind="markdown", points=3
    ),
    exercise(
        "task",
        "draw",
        "Tracez la courbe.\n### BEGIN MARK SCHEME\nUne parabole.\n### END MARK SCHEME",
        kind="markdown",
        points=4,
    ),
)

# --- strategies ---------------------------------------------------------------------------------

_LINE = st.sampled_from(
    [
        "x = 1",
        "    return x",
        "assert x",
        "",
        "  ",
        "# texte é",
        "- [x] a",
        "**Réponse :** 4",
        "\tpass",
        "\x0c",
        "👍",
    ]
)


def _region(name: str) -> st.SearchStrategy[list[str]]:
    indent = st.sampled_from(["", "    ", "\t"])
    body = st.lists(_LINE, max_size=3)
    return st.builds(lambda i, b: [f"{i}### BEGIN {name}", *b, f"{i}### END {name}"], indent, body)


def sources(*regions: str) -> st.SearchStrategy[str]:
    """Texts with balanced regions of these names."""
    parts = [st.lists(_LINE, max_size=3), *(_region(name) for name in regions)]
    return st.lists(st.one_of(parts), max_size=4).map(
        lambda lists: "\n".join(line for lines in lists for line in lines)
    )


@st.composite
def valid_cells(draw: st.DrawFn, grade_id: str) -> dict[str, Any]:
    """A cell that nbgrader accepts, of any role or none."""
    role = draw(st.sampled_from([*FLAGS, "none"]))
    outputs = [{"output_type": "stream", "name": "stdout", "text": "secret"}]
    if role == "none":
        kind = draw(st.sampled_from(["code", "markdown", "raw"]))
        cell = make_cell(kind, draw(sources()), grade_id)
    else:
        regions = {"solution": ["SOLUTION"], "tests": ["HIDDEN TESTS"], "task": ["MARK SCHEME"]}
        kind = {"manual": draw(st.sampled_from(["code", "markdown"])), "task": "markdown"}.get(
            role, "code"
        )
        if role == "readonly":
            kind = draw(st.sampled_from(["code", "markdown", "raw"]))
        names = ["SOLUTION", "HIDDEN TESTS"] if role == "manual" else regions.get(role, [])
        points = draw(st.one_of(st.integers(0, 50), st.floats(0, 50)))
        cell = exercise(role, grade_id, draw(sources(*names)), kind=kind, points=points)
    if draw(st.booleans()):
        cell["metadata"] |= {"tags": ["a"], "collapsed": True}
    if cell["cell_type"] == "code" and draw(st.booleans()):
        cell |= {"outputs": outputs, "execution_count": 3}
    return cell


@st.composite
def valid_notebooks(draw: st.DrawFn) -> dict[str, Any]:
    cells = [draw(valid_cells(f"cell-{n}")) for n in range(draw(st.integers(0, 6)))]
    notebook = make_notebook(*cells)
    language = draw(st.sampled_from(["python", "R", "matlab", "octave", "sas", "java", None]))
    if language is None:
        notebook["metadata"] = {"celltoolbar": "Create Assignment"}
    else:
        notebook["metadata"]["kernelspec"]["language"] = language
    return notebook


_JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(
            ["code", "markdown", "choice", "number", "- [x] a\n- [ ] b", "3", "\ud800"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def _odd(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A dictionary of which any value, or all of it, may be anything."""
    fields = {name: st.one_of(value, _JUNK) for name, value in known.items()}
    return st.one_of(st.fixed_dictionaries({}, optional=fields), _JUNK)


_FLAG = st.one_of(st.booleans(), st.sampled_from(["yes", "", 0, 1, None]))
_NBGRADER = _odd(
    schema_version=st.integers(-1, 5),
    grade=_FLAG,
    solution=_FLAG,
    locked=_FLAG,
    task=_FLAG,
    grade_id=st.sampled_from(["a", "a", "b", "é", "", "a b"]),
    points=st.sampled_from([1, -1, "2", "x", float("nan"), float("inf"), 10**400]),
    checksum=st.just("0" * 32),
    cell_type=st.sampled_from(["code", "video"]),
    extra=st.just("secret"),
)
_QUESTION = _odd(
    kind=st.sampled_from(["choice", "choices", "number", "text", "matching", "file", "odd"]),
    key=_odd(
        accepted=st.lists(_JUNK, max_size=2),
        tolerance=_odd(absolute=_JUNK, relative=_JUNK),
        units=st.lists(_JUNK, max_size=2),
    ),
    options=st.lists(_JUNK, max_size=3),
    accept=st.lists(_JUNK, max_size=3),
    unit=st.booleans(),
    partial=st.booleans(),
)
_CANDYCE = _odd(
    title=st.text(max_size=5),
    difficulty=st.integers(0, 4),
    hint=_odd(text=st.text(max_size=5), cost=st.integers()),
    rubric=st.lists(
        _odd(id=st.text(max_size=2), label=st.text(max_size=2), points=_JUNK), max_size=2
    ),
    question=_QUESTION,
)
_SOURCE = st.one_of(
    sources("SOLUTION", "HIDDEN TESTS", "MARK SCHEME"),
    st.lists(
        st.sampled_from(
            ["### BEGIN SOLUTION", "### END SOLUTION", "### BEGIN HIDDEN TESTS", "- [x] a", "- [ ] b",
             "- a → b", "- → ", "**Réponse :** 4 m", "Answer:", "Fichier : a", "# titre", "secret"]
        ),
        max_size=6,
    ).map("\n".join),
)  # fmt: skip
_CELL = _odd(
    id=st.sampled_from(["a", "b", "c", ""]),
    cell_type=st.sampled_from(["code", "markdown", "raw", "video"]),
    source=st.one_of(_SOURCE, st.lists(st.text(max_size=4), max_size=3)),
    metadata=_odd(nbgrader=_NBGRADER, candyce=_CANDYCE, editable=st.booleans()),
    attachments=_odd(image=st.just({"image/png": ""})),
    outputs=_JUNK,
)

hostile_notebooks = _odd(
    cells=st.lists(_CELL, max_size=5),
    metadata=_odd(
        kernelspec=_odd(language=st.sampled_from(["python", "brainfuck"])), widgets=_JUNK
    ),
    nbformat=st.just(4),
)
