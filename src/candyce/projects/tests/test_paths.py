"""Names of files: what is welcome, what is refused, and that nothing is lost on the way."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from candyce.projects.paths import (
    Exists,
    InvalidName,
    Names,
    check_path,
    fold,
    get_folders,
    make_name,
)

WELCOME = [
    "a",
    "a.b.c",
    ".cache",
    "Été à Nîmes.ipynb",
    "😀👩‍🔬.txt",
    "数学/第一.csv",
    "d'œuvre & co (1) [2] {3}#4%5+6=7;8,9~!@$^.txt",
    "x" * 255,
    "é" * 127,
    "console.log",
    "comme.txt",
    "nulle",
    "a b",
    "עברית",
]
REFUSED = [
    "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../b", "./a", "a/.", "a\\b", "a\x00b", "a\nb", "\x7f", "\x85",
    "a:b", "C:/x", "RTC:a", "a<b", "a>b", 'a"b', "a|b", "a?", "*", " a", "a ", "a.", "a/ /b", "con", "CON.txt", "Aux", "nul.tar.gz",
    "a/prn/b", "COM1", "lpt9.x", "com¹", "x" * 256, "é" * 128, "/".join(["x" * 200] * 6), "a\u202eb.txt", "a\u200bb", "\ufeffa",
    "a\u2028b", "\ud800", "a\uffff", None, 3, b"a", ["a"],
]  # fmt: skip


@pytest.mark.parametrize("path", WELCOME)
def test_honest_names_are_welcome(path):
    assert check_path(path) == unicodedata.normalize("NFC", path)


@pytest.mark.parametrize("path", REFUSED, ids=repr)
def test_names_that_break_a_rule_are_refused(path):
    with pytest.raises(InvalidName):
        check_path(path)


def test_length_counts_after_composition():
    assert check_path("e\u0301" * 127) == "é" * 127


@given(st.text(max_size=300))
@example("fin\xa0.")
def test_any_text_makes_a_valid_name(text):
    name = make_name(text)
    assert check_path(name) == name
    assert "/" not in name


@given(st.text(max_size=80))
def test_a_checked_path_is_stable_and_stays_inside(text):
    try:
        path = check_path(text)
    except InvalidName:
        return
    assert check_path(path) == path
    assert not path.startswith("/")
    assert ".." not in path.split("/")
    assert path.encode().decode() == path


@pytest.mark.parametrize(
    ("there", "new"),
    [("a.txt", "A.TXT"), ("É", "é"), ("straße", "STRASSE"), ("d/x", "D/y"), ("d/x", "d"), ("d", "d/x"), ("e/", "E")],
)  # fmt: skip
def test_names_that_collide_somewhere_are_not_free(there, new):
    assert not Names([there]).is_free(new)
    assert Names([there]).is_free("other")


def test_a_free_name_keeps_the_extension_and_the_folders_spelling():
    names = Names(["Data/a.txt", "Data/a (2).txt", ".env"])
    assert names.find_free("data/A.txt") == "Data/A (3).txt"
    assert names.find_free("data/sub/b") == "Data/sub/b"
    assert names.find_free(".env") == ".env (2)"
    with pytest.raises(Exists):
        names.find_free("data/a.txt/x")


@given(st.lists(st.text("aAéÉb./ ", min_size=1, max_size=8), max_size=12))
def test_free_names_never_collide(texts):
    names, taken = Names(), []
    for text in texts:
        try:
            path = names.find_free(check_path(text))
        except (InvalidName, Exists):
            continue
        names.add(path)
        taken.append(path)
    every = [fold(path) for path in [*taken, *get_folders(taken)]]
    assert len(every) == len(set(every))
