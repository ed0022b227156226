"""The classroom, an exercise that it has done, and a gradebook with an oral."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from candyce.grading.gradebook import actions, queries
from candyce.grading.gradebook.book import Book, Cell
from candyce.grading.gradebook.words import Given
from candyce.grading.tests.marked import as_, classroom, marked

__all__ = ["as_", "classroom", "marked"]


@pytest.fixture
def room(classroom):
    """2B has an oral out of 10 (Bob 7.5, Chloé absent); Bob has opened the lesson."""
    alice = classroom.people["alice"]
    actions.add_item(
        classroom.school.school_class,
        title="Oral",
        day=date(2026, 11, 3),
        mark_max=Decimal(10),
        coefficient=Decimal("1.5"),
        acting_user=alice,
    )
    classroom.open("bob")
    book = get_book(classroom)
    for name, content in (("bob", Given(Decimal("7.5"))), ("chloe", Given(state="absent"))):
        actions.set_cell(find(book, name, "Oral"), content, seen="", acting_user=alice)
    return classroom


def get_book(room, name="alice") -> Book:
    return queries.get_book(room.people[name], room.school.school_class)


def find(book: Book, name: str, title: str) -> Cell:
    row = next(row for row in book.rows if row.pupil.username == name)
    return next(cell for cell in row.cells if cell.column.title == title)
