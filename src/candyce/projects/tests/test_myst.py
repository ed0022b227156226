"""MyST Markdown, in and out, and what goes beside it."""

from __future__ import annotations

import copy
import io
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.lib.errors import CandyceError
from candyce.lib.myst import NoMyst, is_myst, join_myst, read_myst, write_myst
from candyce.projects import courses
from candyce.projects.blobs import read_blob
from candyce.projects.exchange import myst_files
from candyce.projects.exchange.myst_files import from_myst, may_hold_myst, to_myst
from candyce.projects.models import Project
from candyce.projects.notebooks import clean_notebook, make_notebook, write_notebook
from candyce.projects.tests.rich import RICH, RICH_FILES

TEXT = """---
kernelspec:
  name: python3
  display_name: Python 3
---
# Une leçon

Du texte.

```{code-cell}
:tags: [hide-input]

x = 1
```
"""


def test_a_rich_notebook_comes_back_as_it_was():
    text, extras = write_myst(RICH)

    assert join_myst(text, json.loads(json.dumps(extras))) == RICH
    assert "BEGIN SOLUTION" in text
    assert "iVBOR" not in text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
_PIECES = st.sampled_from(
    ["+++", "---", "```{code-cell}", "```", "````", ":tags: [x]", "", " ", "# É", "a: 1", "%%bash", "\r", "\t", "~~~", "(x)=", "% c", '"""', "\\", "\x0c", "\u2028"]
)  # fmt: skip
_CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "source": st.lists(_PIECES, max_size=5).map("\n".join),
        "metadata": st.dictionaries(st.text(min_size=1, max_size=6), _JSON, max_size=2),
    }
)


@settings(max_examples=25)
@given(
    st.lists(_CELL, max_size=4), st.dictionaries(st.text(min_size=1, max_size=4), _JSON, max_size=2)
)
def test_any_notebook_comes_back_as_it_was(cells, metadata):
    notebook = clean_notebook(
        {
            "cells": copy.deepcopy(cells),
            "metadata": copy.deepcopy(metadata),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    try:
        text, extras = write_myst(notebook)
    except (NoMyst, ValueError, KeyError, TypeError):
        return  # such a notebook stays .ipynb in the export

    assert join_myst(text, json.loads(json.dumps(extras))) == notebook


def test_a_text_edited_in_between_gives_its_edits_and_keeps_the_rest():
    text, extras = write_myst(RICH)
    edited = text.replace("Énoncé", "Consigne")
    assert edited != text

    notebook = join_myst(edited, extras)

    kept = [cell["id"] for cell in notebook["cells"] if cell.get("id")]
    assert any("Consigne" in cell["source"] for cell in notebook["cells"])
    assert [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"] == [
        cell["outputs"] for cell in RICH["cells"] if cell["cell_type"] == "code"
    ]
    assert len(kept) >= len(RICH["cells"]) - 4


def test_files_come_back_under_their_names_beside_texts_that_are_none_of_ours():
    taken = to_myst(RICH_FILES)

    assert "leçon é.md" in taken
    assert "notes.md" in taken
    assert "notes (2).md" in taken
    assert from_myst(taken) == RICH_FILES


def test_a_myst_file_becomes_a_notebook(school):
    data = TEXT.encode()
    (project,) = courses.import_upload(
        io.BytesIO(data), "Leçon.md", len(data), acting_user=school.alice
    )

    assert (project.title, list(project.tree)) == ("Leçon", ["Leçon.ipynb"])
    notebook = json.loads(read_blob(project.tree["Leçon.ipynb"][0]))
    assert [(cell["cell_type"], cell["source"]) for cell in notebook["cells"]] == [
        ("markdown", "# Une leçon\n\nDu texte."),
        ("code", "x = 1"),
    ]
    assert notebook["cells"][1]["metadata"] == {"tags": ["hide-input"]}


ALIASES = "---\njupytext: {a: 1}\na: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "data",
    [
        b"# Un texte\n\nSans cellule de code.",
        b"---\njupytext: [\n---\n",
        b"\xff\xfe\x00",
        f"{ALIASES}---\n".encode(),
        b"---\njupytext: &a [*a]\n---\nx",
    ],
)
def test_a_markdown_file_that_is_no_notebook_is_refused_with_a_sentence(data, school):
    with pytest.raises(CandyceError) as caught:
        courses.import_upload(io.BytesIO(data), "x.md", len(data), acting_user=school.alice)

    assert caught.value.code == "not_myst"
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda extras: extras.update(cells=[{"at": 99}]),
        lambda extras: extras.update(cells=[{"at": -1}]),
        lambda extras: extras.update(cells=[{"cell_type": "zzz", "source": 1}]),
        lambda extras: extras.update(notebook={"metadata": {}, "nbformat": "x"}),
    ],
)
def test_extras_that_lie_are_refused_and_nothing_breaks(change, school):
    taken = to_myst({"a.ipynb": write_notebook(make_notebook("A"))})
    extras = json.loads(taken["a.md.json"])
    change(extras)
    taken["a.md.json"] = json.dumps(extras).encode()

    with pytest.raises(CandyceError) as caught:
        from_myst(taken)
    assert caught.value.code in {"not_myst", "invalid_notebook"}


def test_texts_become_notebooks_only_where_there_is_no_notebook():
    lesson = write_notebook(make_notebook("A"))
    assert sorted(from_myst({"a.md": TEXT.encode(), "README.md": b"# x"})) == [
        "README.md",
        "a.ipynb",
    ]
    both = {"a.md": TEXT.encode(), "b.ipynb": lesson}
    assert from_myst(both) == both
    assert not may_hold_myst(list(both))
    assert is_myst(TEXT)
    assert read_myst(TEXT)["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("kernel", ["\n  name: python3", " python3"])
def test_a_kernel_without_a_name_to_be_shown_is_no_obstacle(kernel):
    text = f"---\ntitle: Été\nkernelspec:{kernel}\n---\n```{{code-cell}}\nx = 1\n```\n"

    (files,) = from_myst({"a.md": text.encode()}).values()

    notebook = json.loads(files)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert notebook["metadata"]["title"] == "Été"
    assert [cell["source"] for cell in notebook["cells"]] == ["x = 1"]


@pytest.mark.parametrize(
    "text",
    [
        "```{code-cell}\n:tags: 5\n\nx = 1\n```\n",
        "---\nkernelspec: 5\n---\nx",
        "---\nkernelspec:\n  name: [1]\n---\nx",
        "---\njupytext: x\n---\n```{code-cell}\nx\n```\n",
    ],
)
def test_metadata_that_no_notebook_has_are_refused_or_read_but_break_nothing(text):
    with suppress(CandyceError):
        from_myst({"a.md": text.encode()})


@pytest.mark.parametrize("name", ["jupytext", "kernelspec", "language_info"])
def test_a_notebook_with_strange_metadata_goes_out_all_the_same(name):
    notebook = make_notebook("A")
    notebook["metadata"] = {name: "x"}
    files = {"a.ipynb": json.dumps(notebook).encode()}

    assert to_myst(files)


@pytest.mark.parametrize(
    "text",
    [
        "```{code-cell}\n```\n" * 2001,
        "+++\n\nx\n\n" * 2001 + "```{code-cell}\n```\n",
        f"---\njupytext: {{a: {'x' * 70_000}}}\n---\n",
        f"```{{code-cell}}\n---\na: {'x' * 140_000}\n---\n```\n",
        f"````{{code-cell}}\n---\na: |\n  ```{{x}}\nb: {'x' * 140_000}\n---\n````\n",
        f"---\njupytext: x\u2028---\na: {'x' * 70_000}\n---\n",
        f"```{{code-cell}}\n\n\n:a: {'x' * 140_000}\n```\n",
    ],
)
def test_a_text_that_would_take_long_is_not_even_read(text, monkeypatch):
    monkeypatch.setattr("jupytext.reads", lambda *_a, **_o: pytest.fail("read"))

    with pytest.raises(CandyceError) as caught:
        from_myst({"a.md": text.encode()})

    assert caught.value.code == "too_much_myst"


def test_an_archive_holds_so_many_texts_and_no_more(monkeypatch):
    monkeypatch.setattr(myst_files, "FILES", 2)
    cell = b"```{code-cell}\nx\n```\n"
    assert len(from_myst({f"{n}.md": cell for n in range(2)})) == 2
    with pytest.raises(CandyceError) as caught:
        from_myst({f"{n}.md": cell for n in range(3)})
    assert caught.value.code == "too_much_myst"


def test_what_goes_out_as_texts_comes_in_again_however_much_it_is(monkeypatch):
    monkeypatch.setattr(myst_files, "FILES", 2)
    files = {f"{name}.ipynb": write_notebook(make_notebook(name)) for name in "abc"}

    taken = to_myst(files)

    assert sum(name.endswith(".md") for name in taken) == 2
    assert from_myst(taken) == files


def test_long_notebooks_of_equal_cells_keep_their_results_when_the_text_is_edited():
    notebook = make_notebook("A")
    code = notebook["cells"][1]
    notebook["cells"] = [
        {
            **code,
            "id": f"c{n}",
            "source": "f()" if n % 2 else f"x = {n}",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": str(n)}],
        }
        for n in range(600)
    ]
    text, extras = write_myst(notebook)

    joined = join_myst(text.replace("x = 0\n", "x = -1\n").replace("x = 598\n", "x = -2\n"), extras)

    kept = [cell["outputs"][0]["text"] for cell in joined["cells"] if cell.get("outputs")]
    assert kept == [str(n) for n in range(600) if n not in {0, 598}]
