"""Whatever a copy tries, it is worth what an honest empty answer is worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from candyce.compute.sandbox import limits
from candyce.compute.sandbox.pool import Pool
from candyce.compute.sandbox.tests.fixtures import needs_sandbox
from candyce.exercises.restore import prepare
from candyce.grading.scoring import Score, score
from candyce.grading.sources import AuthorNotebook
from candyce.grading.tests import lesson
from candyce.grading.tests.attacks import ATTACKS, as_native

pytestmark = pytest.mark.sandbox


@dataclass(frozen=True)
class Author(AuthorNotebook):
    """An author's notebook without files and without a database."""

    def unpack(self, stack: Any) -> Path | None:
        return None

    @cached_property
    def questions(self):
        return super().questions


AUTHOR = Author("tp.ipynb", lesson.make_author(), None)


def mark_all(runner, adapt) -> dict[str, list[Score]]:
    """All attacks, an empty copy and a good one, marked side by side."""
    copies = {attack.name: adapt(attack.make()) for attack in ATTACKS}
    copies |= {"empty": lesson.make_released(), "good": lesson.make_copy(lesson.GOOD)}
    with Pool(2, runner) as pool:
        futures = {
            name: pool.submit(AUTHOR, prepare(AUTHOR.notebook, copy), None)
            for name, copy in copies.items()
        }
        return {
            name: score(AUTHOR, copies[name], future.result()) for name, future in futures.items()
        }


def get_points(scores: list[Score]) -> dict[str, Any]:
    return {one.grade_id: (one.points, one.points_max) for one in scores}


@needs_sandbox
@pytest.mark.parametrize("kind", ["browser", "native"])
def test_an_attack_is_worth_what_an_honest_empty_answer_is(runner, native, monkeypatch, kind):
    # Patience is not what is tested here.
    monkeypatch.setattr(limits, "CELL_SECONDS", 3.0)
    monkeypatch.setattr(limits, "TEST_SECONDS", 1.0)
    monkeypatch.setattr(limits, "RESTARTS", 1)
    marked = mark_all(*((runner, lambda copy: copy) if kind == "browser" else (native, as_native)))
    found = {name: get_points(scores) for name, scores in marked.items()}
    maxima = {"carre-tests": 4, "trier-tests": 6, "applique-tests": 5, "capitale": 2, "avis": 3}
    empty = {name: (0, most) for name, most in maxima.items()}
    assert found.pop("good") == {name: (most, most) for name, most in maxima.items()} | {
        "avis": (0, 3)
    }
    assert found.pop("empty") == empty
    assert {name: points for name, points in found.items() if points != empty} == {}
    assert len(found) == len(ATTACKS) >= 20


def test_the_table_of_attacks_is_the_documents():
    from django.conf import settings

    page = (settings.ROOT / "docs/decisions/trusted-marking.md").read_text()
    page = page.split("## The attacks")[1].split("**Measured.**")[0]
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{attack.name}` | {attack.what} |" for attack in ATTACKS]
