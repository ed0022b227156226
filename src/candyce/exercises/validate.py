"""What an author should mend before giving a notebook: what nbgrader's validator would refuse, and what would
leave a pupil without points or a question without an answer.

Messages are English for gettext, with named places for ``params``; the caller translates them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from candyce.exercises import answers, closed
from candyce.exercises.extras import get_rubric
from candyce.exercises.format import (
    KINDS,
    POINTS_MAX,
    REGIONS,
    Cell,
    Role,
    get_candyce,
    get_grade_id,
    get_id,
    get_key,
    get_kind,
    get_raw_meta,
    get_role,
    get_source,
    get_type,
    normalise,
    to_points,
)
from candyce.exercises.format import get_cells as get_all_cells
from candyce.exercises.numbers import parse_number, read_fraction
from candyce.exercises.questions import get_questions


def _(text: str) -> str:
    """Marks a message for translation."""
    return text


MESSAGES = {
    "no_tests": _("“%(title)s” has no tests: its answer will be worth nothing."),
    "duplicate_id": _("Two cells have the identifier “%(id)s”."),
    "invalid_id": _("A cell has no valid identifier (letters without accents, digits, - and _)."),
    "no_points": _("“%(title)s” is worth no points."),
    "invalid_points": _("The points of a cell are not a number from 0 to %(limit)s."),
    "total_zero": _("This notebook is worth no points at all."),
    "region_open": _("A region %(region)s is not closed, is closed twice or holds another one."),
    "solution_elsewhere": _("A solution stands outside the cells that are answered."),
    "hidden_elsewhere": _("Hidden tests stand outside the cells of tests."),
    "scheme_elsewhere": _("A marking scheme stands outside the cells of tasks."),
    "tests_not_code": _("Tests can only be run in a code cell."),
    "text_not_manual": _("An answer in a text cell must be marked by hand: give it points."),
    "task_not_text": _("A task must be a text cell."),
    "unknown_kind": _("A closed question is of a kind that is not known."),
    "not_manual": _("A closed question needs points and an identifier to be marked."),
    "no_choices": _("A question with choices needs at least two of them: “- [ ] …”."),
    "no_right_choice": _("No choice is ticked as the right one."),
    "several_right_choices": _("Several choices are ticked, but only one can be right."),
    "no_answer_line": _("The line with the right answer is missing: “**Réponse :** …”."),
    "number_unreadable": _("“%(answer)s” cannot be read as a number."),
    "invalid_tolerance": _("The tolerance is not a positive number."),
    "no_unit": _("A unit is asked for, but the right answer has none."),
    "no_accepted": _("No answer is accepted."),
    "no_pairs": _("A question to match needs at least two lines “- left → right”."),
    "pair_unanswered": _("“%(left)s” has nothing to match it."),
    "rubric_too_high": _("The criteria are worth more than the question."),
}


@dataclass(frozen=True)
class Problem:
    """``cell_id``: where; None for the whole notebook. ``message % params`` once translated."""

    code: str
    cell_id: str | None
    message: str
    params: dict[str, str] = field(default_factory=dict)


def find_problems(notebook: Any) -> list[Problem]:
    """All problems, in the order of the cells; those of the whole notebook last. Never raises."""
    cells = get_all_cells(notebook)
    order = {get_id(cell): index for index, cell in reversed(list(enumerate(cells)))}
    found: list[Problem] = []
    for check in (_check_ids, _check_cells, _check_questions):
        found += check(notebook)
    return sorted(found, key=lambda one: order.get(one.cell_id or "", len(cells)))


def _problem(code: str, cell_id: str | None, **params: str) -> Problem:
    return Problem(code, cell_id, MESSAGES[code], params)


def _check_ids(notebook: Any) -> Iterator[Problem]:
    seen: set[str] = set()
    for cell in get_all_cells(notebook):
        if get_role(cell) is None:
            continue
        grade_id = get_grade_id(cell)
        if not grade_id:
            yield _problem("invalid_id", get_id(cell))
        elif grade_id in seen:
            yield _problem("duplicate_id", get_id(cell), id=grade_id)
        seen.add(grade_id)


def _check_cells(notebook: Any) -> Iterator[Problem]:
    for cell in get_all_cells(notebook):
        checks: tuple[Callable[[Cell], Iterator[str]], ...] = (_check_role, _check_places)
        for check in checks:
            for code in check(cell):
                yield _problem(code, get_id(cell))
        for region in REGIONS:
            if not _is_balanced(get_source(cell), region):
                yield _problem("region_open", get_id(cell), region=region)
        if _has_odd_points(cell):
            yield _problem("invalid_points", get_id(cell), limit=str(POINTS_MAX))
        yield from _check_closed(cell)


def _check_role(cell: Cell) -> Iterator[str]:
    role, kind = get_role(cell), get_type(cell)
    if role is Role.TESTS and kind != "code":
        yield "tests_not_code"
    if role is Role.SOLUTION and kind == "markdown":
        yield "text_not_manual"
    if role is Role.TASK and kind != "markdown":
        yield "task_not_text"


def _check_places(cell: Cell) -> Iterator[str]:
    meta, source = get_raw_meta(cell) or {}, get_source(cell)
    if "BEGIN SOLUTION" in source and not meta.get("solution"):
        yield "solution_elsewhere"
    if "BEGIN HIDDEN TESTS" in source and not meta.get("grade"):
        yield "hidden_elsewhere"
    if "BEGIN MARK SCHEME" in source and not meta.get("task"):
        yield "scheme_elsewhere"


def _is_balanced(source: str, region: str) -> bool:
    inside = False
    for line in source.split("\n"):
        if f"BEGIN {region}" in line:
            if inside:
                return False
            inside = True
        elif f"END {region}" in line:
            if not inside:
                return False
            inside = False
    return not inside


def _has_odd_points(cell: Cell) -> bool:
    if get_role(cell) not in {Role.TESTS, Role.MANUAL, Role.TASK}:
        return False
    points = (get_raw_meta(cell) or {}).get("points")
    if isinstance(points, bool) or not isinstance(points, (int, float)):
        return True
    return not 0 <= points <= POINTS_MAX


# --- closed questions ---------------------------------------------------------------------------


def _check_closed(cell: Cell) -> Iterator[Problem]:
    question = get_candyce(cell).get("question")
    if not isinstance(question, dict):
        return
    if question.get("kind") not in KINDS or get_type(cell) != "markdown":
        yield _problem("unknown_kind", get_id(cell))
        return
    if not get_kind(cell):
        yield _problem("not_manual", get_id(cell))
    checks: dict[str, Callable[[Cell], Iterator[tuple[str, dict[str, str]]]]] = {
        "choice": _check_choices,
        "choices": _check_choices,
        "number": _check_number,
        "text": _check_text,
        "matching": _check_pairs,
    }
    check = checks.get(question["kind"])
    for code, params in check(cell) if check else ():
        yield _problem(code, get_id(cell), **params)


def _check_choices(cell: Cell) -> Iterator[tuple[str, dict[str, str]]]:
    ticks = answers.read_ticks(get_source(cell))
    right = sum(tick.ticked for tick in ticks)
    if len(ticks) < 2:
        yield "no_choices", {}
    elif not right:
        yield "no_right_choice", {}
    elif right > 1 and get_candyce(cell)["question"]["kind"] == "choice":
        yield "several_right_choices", {}


def _check_number(cell: Cell) -> Iterator[tuple[str, dict[str, str]]]:
    answer = answers.read_line(get_source(cell))
    key = get_key(cell)
    if answer is None:
        yield "no_answer_line", {}
        return
    number = parse_number(answer)
    if number is None:
        yield "number_unreadable", {"answer": answer}
        return
    tolerance = key.get("tolerance")
    values = list(tolerance.values()) if isinstance(tolerance, dict) else []
    if any(read_fraction(value) == 0 and value not in {0, "0"} for value in _plain(values)):
        yield "invalid_tolerance", {}
    units = key.get("units")
    if get_candyce(cell)["question"].get("unit") is True and not (number.unit or units):
        yield "no_unit", {}


def _plain(values: list[Any]) -> list[Any]:
    return [value if isinstance(value, (int, float, str)) else "" for value in values]


def _check_text(cell: Cell) -> Iterator[tuple[str, dict[str, str]]]:
    if answers.read_line(get_source(cell)) is None:
        yield "no_answer_line", {}
    elif not closed.get_accepted(cell):
        yield "no_accepted", {}


def _check_pairs(cell: Cell) -> Iterator[tuple[str, dict[str, str]]]:
    pairs = answers.read_pairs(get_source(cell))
    if len(pairs) < 2:
        yield "no_pairs", {}
    for pair in pairs:
        if not pair.right:
            yield "pair_unanswered", {"left": pair.left}


# --- questions ----------------------------------------------------------------------------------


def _check_questions(notebook: Any) -> Iterator[Problem]:
    cells = normalise(notebook)["cells"]
    questions = get_questions(notebook)
    for question in questions:
        first = question.items[0]
        if first.role is Role.SOLUTION and len(question.items) == 1:
            if get_type(cells[first.index]) == "code":
                yield _problem("no_tests", first.cell_id, title=question.title)
        elif question.points == 0:
            yield _problem("no_points", first.cell_id, title=question.title)
        for item in question.items:
            total = sum((_get_points(one) for one in get_rubric(cells[item.index])), Decimal(0))
            if total > item.points:
                yield _problem("rubric_too_high", item.cell_id)
    if questions and not any(question.points for question in questions):
        yield _problem("total_zero", None)


def _get_points(criterion: dict[str, Any]) -> Decimal:
    return to_points(criterion["points"])
