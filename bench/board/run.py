"""What it costs to look at a class: the live board of N copies, one look after the other.

    python bench/board/run.py --pupils 40                    # the cards
    python bench/board/run.py --pupils 40 --questions 30     # the table of questions, and the page in Chromium

First the server: the whole request through Django, session and rights included, on SQLite in a temporary
folder, as CPU time, which other work disturbs little. Then, with questions, the real server and a real page:
how long until a change is seen, and what the page itself has to do. Beside it, in the same run, a board that
is sent and drawn as a whole each time. Prints tables; nothing is asserted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench"), str(ROOT)]

from board.school import School, make_exercise, make_lesson

HISTORY = 250  # updates in each log before anybody looks
LOOKS = 10


class Board:
    """The teacher's page: remembers what it shows, as the browser does; or is sent everything each time."""

    def __init__(self, school: School, *, remembers: bool = True) -> None:
        from django.conf import settings
        from django.test import Client

        from candyce.lib.origins import get_host

        self._client = Client(HTTP_HOST=get_host(settings.CANDYCE_PORTAL_URL))
        self._client.force_login(school.teacher)
        self._url = f"/assignments/{school.assignment.pk}/board/cards/"
        self._remembers = remembers
        self._cards: dict[str, str] = {}
        self._marks: list[str] = []

    def look(self) -> tuple[float, int]:
        """Milliseconds of CPU, bytes of the answer."""
        have = ".".join([*self._marks, *self._cards.values()]) if self._remembers else ""
        start = time.process_time()
        answer = self._client.get(self._url, {"have": have}, HTTP_ACCEPT_ENCODING="gzip")
        spent = (time.process_time() - start) * 1000
        if answer.status_code == 200:
            packed = answer.get("Content-Encoding") == "gzip"
            body = json.loads(gzip.decompress(answer.content) if packed else answer.content)
            self._marks = body["marks"]
            self._cards |= {card: mark for card, (mark, _html) in body["cards"].items()}
        return spent, len(answer.content)


def show(name: str, looks: list[tuple[float, int]]) -> None:
    spent, size = (median(values) for values in zip(*looks, strict=True))
    print(f"| {name:<46} | {spent:>8.1f} | {size:>8,.0f} |", flush=True)


def show_head(school: School, lesson: bytes) -> None:
    count, size = len(school.pages), len(lesson) / 1000
    print(f"{count} copies of a notebook of {size:.0f} kB, {HISTORY} updates each\n")
    print(f"| {'look':<46} | {'CPU ms':>8} | {'bytes':>8} |\n|{'-' * 48}|{'-' * 9}:|{'-' * 9}:|")


def run_cards(pupils: int, cells: int) -> None:
    lesson = make_lesson(cells)
    school = School(pupils, lesson)
    school.type("a", HISTORY)
    board = Board(school)
    show_head(school, lesson)
    show("the first", [board.look()])
    show("nobody typed since", [board.look() for _ in range(LOOKS)])
    looks = []
    for _ in range(LOOKS):
        school.type(str(len(looks)), 6)
        looks.append(board.look())
    show("all typed six times", looks)


def run_questions(pupils: int, questions: int) -> None:
    lesson = make_exercise(questions)
    school = School(pupils, lesson)
    school.type("a", HISTORY)
    for question in range(questions):
        school.note(question, "passing")
    board, plain = Board(school), Board(school, remembers=False)
    show_head(school, lesson)
    show("the first", [board.look()])
    show("nobody did anything since", [board.look() for _ in range(LOOKS)])
    looks = []
    for number in range(LOOKS):
        school.note(number % questions, "failing", f"Few{number}", every=10)
        looks.append(board.look())
    show("one pupil in ten changed", looks)
    looks, whole = [], []
    for number in range(LOOKS):
        school.note(number % questions, "failing", f"Error{number}")
        looks.append(board.look())
        whole.append(plain.look())
    show("each pupil's state changed", looks)
    show("the same, everything sent again", whole)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pupils", type=int, default=40)
    parser.add_argument("--cells", type=int, default=60)
    parser.add_argument("--questions", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=20, help="of changes, in the page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CANDYCE_DATA": folder, "DJANGO_SETTINGS_MODULE": "candyce.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        if options.questions:
            run_questions(options.pupils, options.questions)
        else:
            run_cards(options.pupils, options.cells)
    if options.questions:
        from board.page import run_page

        run_page(options.pupils, options.questions, options.rounds)


main()
