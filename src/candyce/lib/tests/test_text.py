"""Text as people type it."""

from __future__ import annotations

import pytest

from candyce.lib.text import MAX_ID, read_number

NUMBERS = {
    "0": 0, "12": 12, "007": 7, "999": 999, "1000": None, "0999": None, "": None, "²": None, "٣": None, "-1": None,
    " 1": None, "1.0": None, "9" * 5000: None,
}  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_only_short_digits_are_a_number(text):
    assert read_number(text, 999) == NUMBERS[text]


def test_a_number_that_no_column_holds_is_none():
    assert (read_number(str(MAX_ID), MAX_ID), read_number(str(MAX_ID + 1), MAX_ID)) == (
        MAX_ID,
        None,
    )
