"""Our documents are jupyter_ydoc's: what one writes, the other reads the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_ydoc import YNotebook
from pycrdt import Doc

from candyce.collab import notebook as codec
from candyce.collab.replica import load_doc

LESSONS = sorted((Path(__file__).resolve().parents[4] / "content").glob("*/*.ipynb"))
LIMIT = 10_000_000


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_jupyter_ydoc_reads_the_notebook_that_we_seed(path):
    data = path.read_bytes()
    theirs = YNotebook(load_doc([codec.make_seed(data, limit=LIMIT)])).get()
    ours = codec.parse(data, limit=LIMIT)
    assert theirs["cells"] == ours["cells"]
    assert theirs["metadata"] == ours["metadata"]
    assert (theirs["nbformat"], theirs["nbformat_minor"]) == (4, ours["nbformat_minor"])


@pytest.mark.parametrize("path", LESSONS[:3], ids=lambda path: path.stem)
def test_we_read_the_notebook_that_jupyter_ydoc_writes(path):
    wanted = codec.parse(path.read_bytes(), limit=LIMIT)
    doc: Doc = Doc()
    YNotebook(doc).set(codec.parse(path.read_bytes(), limit=LIMIT))
    found = codec.read(doc)
    assert [cell["source"] for cell in found["cells"]] == [
        cell["source"] for cell in wanted["cells"]
    ]
    assert [cell.get("outputs") for cell in found["cells"]] == [
        cell.get("outputs") for cell in wanted["cells"]
    ]
