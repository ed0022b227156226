"""From the author's version of a notebook to the pupils'.

The rules are nbgrader's (ClearSolutions, LockCells, ClearOutput, ClearHiddenTests, ClearMarkScheme,
ComputeChecksums, in ``generate_assignment``'s order), and on a valid notebook the result is nbgrader's. Where
nbgrader stops with an error (a region that is never closed, or stands in the wrong cell), this one goes on and
takes away what may be a secret: a teacher is warned by ``validate``, a pupil must not learn by a slip.

Beyond nbgrader: closed questions are emptied, our metadata keep only what is known to be public, and
attachments that the released text does not show any more, outputs and widgets' states go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from candyce.exercises import answers
from candyce.exercises.extras import get_difficulty, get_hint_cost, get_rubric, get_title
from candyce.exercises.format import (
    Cell,
    Notebook,
    Role,
    compute_checksum,
    get_candyce,
    get_grade_id,
    get_id,
    get_language,
    get_metadata,
    get_question,
    get_raw_meta,
    get_role,
    get_source,
    get_type,
    normalise,
)

_OUTPUT_VIEW = frozenset({"collapsed", "scrolled"})  # nbconvert's ClearOutputPreprocessor
_EXTENSION = re.compile(r"(?:\.\w{1,20}){1,3}\Z")
_CALLS = {
    "python": ("# {}", "raise NotImplementedError()"),
    "R": ("# {}", "fail()"),
    "matlab": ("% {}", "error('No Answer Given!')"),
    "octave": ("% {}", "error('No Answer Given!')"),
    "sas": ("/* {} */", " %notImplemented;"),
    "java": ("// {}",),
}


@dataclass(frozen=True)
class Words:
    """What stands where the solution stood."""

    code: str
    text: str


WORDS = {
    "en": Words("YOUR CODE HERE", "YOUR ANSWER HERE"),  # nbgrader's own
    "fr": Words("ÉCRIRE LE CODE ICI", "ÉCRIRE LA RÉPONSE ICI"),
}


def release(notebook: Any, language: str = "en") -> Notebook:
    """The pupils' version. ``language`` (``en`` or ``fr``) is that of the words put in a solution's place.

    Every exercise cell of the result is valid metadata of nbgrader's schema version 3. Never raises.
    """
    language = language if language in WORDS else "en"
    clean = normalise(notebook)
    stub = get_stub(clean, language)
    metadata = {k: v for k, v in clean["metadata"].items() if k not in {"celltoolbar", "widgets"}}
    cells = [_release_cell(cell, stub, language) for cell in clean["cells"]]
    return {**clean, "metadata": metadata, "cells": cells}


def get_stub(notebook: Any, language: str) -> Callable[[str], list[str]]:
    """Gives the lines put in the place of a solution, by the type of the cell."""
    words = WORDS[language]
    calls = _CALLS.get(get_language(notebook), ("# {}",))
    code = [line.format(words.code) for line in calls]
    return lambda cell_type: code if cell_type == "code" else [words.text]


def _release_cell(cell: Cell, stub: Callable[[str], list[str]], language: str) -> Cell:
    kind, source = get_type(cell), get_source(cell)
    if kind != "code" and isinstance(get_candyce(cell).get("question"), dict):
        text = _empty_closed(cell, source, language)
    else:
        text = _clear_solution(source, stub(kind), whole=_is_solution(cell))
    text = cut_regions(text, "HIDDEN TESTS")
    text = cut_regions(text, "MARK SCHEME")
    released = {**cell, "source": text}
    if kind == "code":
        released |= {"outputs": [], "execution_count": None}
    elif text != source:
        _drop_attachments(released, text)
    metadata = _release_metadata(cell, kind)
    meta = metadata.get("nbgrader")
    if meta and (meta["grade"] or meta["solution"] or meta["locked"]):
        metadata["nbgrader"] = {
            **meta,
            "checksum": compute_checksum(released, meta),
            "cell_type": kind,
        }
    return {**released, "metadata": metadata}


def _is_solution(cell: Cell) -> bool:
    return bool((get_raw_meta(cell) or {}).get("solution"))


def _clear_solution(source: str, stub: list[str], *, whole: bool) -> str:
    """nbgrader's ClearSolutions: regions give way to the stub, without any the ``whole`` cell does."""
    text = cut_regions(source, "SOLUTION", stub)
    return "\n".join(stub) if whole and "BEGIN SOLUTION" not in source else text


def cut_regions(source: str, name: str, stub: list[str] | None = None) -> str:
    """The text without its regions ``BEGIN name`` … ``END name``, the lines that name them included.

    The ``stub`` stands in the place of each, as far in as the line that began it. A region that is never
    closed goes to the end of the text.
    """
    begin, end = f"BEGIN {name}", f"END {name}"
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        if begin in line:
            if not inside and stub:
                indent = line[: len(line) - len(line.lstrip())]
                lines += [indent + stubbed for stubbed in stub]
            inside = True
        elif end in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def keep_region(source: str, name: str) -> str:
    """The other way round: only what stands within the regions ``BEGIN name`` … ``END name``."""
    begin, end = f"BEGIN {name}", f"END {name}"
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        if begin in line:
            inside = True
        elif end in line:
            inside = False
        elif inside:
            lines.append(line)
    return "\n".join(lines)


def _empty_closed(cell: Cell, source: str, language: str) -> str:
    """The text of a closed question without its answer."""
    kind = get_question(cell).get("kind")
    text = cut_regions(source, "SOLUTION")
    if kind is None:  # of a kind that we do not know: whatever may be an answer goes
        text = answers.empty_ticks(answers.empty_pairs(text, [], language))
        return answers.empty_line(answers.empty_line(text, language), language, file=True)
    if kind in {"choice", "choices"}:
        return answers.empty_ticks(text)
    if kind == "matching":
        return answers.empty_pairs(text, _get_options(cell, text), language)
    return answers.empty_line(text, language, file=kind == "file")


def _get_options(cell: Cell, source: str) -> list[str]:
    """Right-hand sides to choose from: those of the answer, and the author's own to lead astray."""
    listed = get_question(cell).get("options")
    extra = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    options = [pair.right for pair in answers.read_pairs(source)]
    options += [answers.clean_text(text) for text in extra[: answers.COUNT_LIMIT]]
    return answers.shuffle([text for text in options if text], get_grade_id(cell) or get_id(cell))


def _drop_attachments(released: Cell, text: str) -> None:
    """An image of the solution does not stay behind in the file when the text that showed it is gone."""
    attachments = released.pop("attachments", None)
    if isinstance(attachments, dict):
        kept = {
            name: value
            for name, value in attachments.items()
            if f"attachment:{name}" in text or f"attachment:{quote(name, errors='replace')}" in text
        }
        if kept:
            released["attachments"] = kept


def _release_metadata(cell: Cell, kind: str) -> dict[str, Any]:
    metadata = dict(get_metadata(cell))
    if kind == "code":
        for name in _OUTPUT_VIEW:
            metadata.pop(name, None)
    if "candyce" in metadata:
        del metadata["candyce"]
        ours = _release_ours(cell)
        if ours:
            metadata["candyce"] = ours
    role = get_role(cell)
    if role is not None:
        metadata["deletable"] = False
    if role in {Role.TESTS, Role.READONLY, Role.TASK}:
        metadata["editable"] = False
    return metadata


def _release_ours(cell: Cell) -> dict[str, Any]:
    """Only what is known to be public, and only as what it should be."""
    ours = get_candyce(cell)
    public: dict[str, Any] = {}
    title, difficulty, rubric = get_title(ours), get_difficulty(ours), get_rubric(cell)
    cost = get_hint_cost(ours)
    question = get_question(cell)
    if title:
        public["title"] = title
    if difficulty:
        public["difficulty"] = difficulty
    if cost is not None:
        public["hint"] = {"cost": int(cost) if cost == int(cost) else float(cost)}
    if rubric:
        public["rubric"] = rubric
    if question:
        public["question"] = _release_question(cell, question)
    return public


def _release_question(cell: Cell, question: dict[str, Any]) -> dict[str, Any]:
    kind = question["kind"]
    public: dict[str, Any] = {"kind": kind}
    for name in ("partial", "case", "accents", "unit"):
        if isinstance(question.get(name), bool):
            public[name] = question[name]
    accept = question.get("accept")
    if kind == "file" and isinstance(accept, list):
        endings = [end for end in accept if isinstance(end, str)]
        public["accept"] = [end for end in endings if _EXTENSION.match(end)]
    if kind == "matching":
        public["options"] = _get_options(cell, cut_regions(get_source(cell), "SOLUTION"))
    return public
