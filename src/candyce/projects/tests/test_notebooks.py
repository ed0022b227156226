"""Notebooks of any origin: read right or refused with a reason, never half, never trusted."""

from __future__ import annotations

import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.projects.notebooks import (
    EmptyNotebook,
    InvalidNotebook,
    clean_notebook,
    make_notebook,
    read_notebook,
    write_notebook,
)


def notebook_text(source="é"):
    notebook = make_notebook("")
    notebook["cells"][0]["source"] = source
    return json.dumps(notebook, ensure_ascii=False)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"],
)
def test_every_encoding_in_use_is_read(encoding):
    notebook = read_notebook(notebook_text("été").encode(encoding))
    assert notebook["cells"][0]["source"] == "été"


def test_what_is_read_is_valid_and_survives_a_second_reading():
    data = write_notebook(read_notebook(notebook_text().encode()))
    nbformat.validate(json.loads(data))
    assert write_notebook(read_notebook(data)) == data


VERSION_3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": "vieux", "signature": "sha256:x"},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Titre"]},
                {
                    "cell_type": "code",
                    "collapsed": False,
                    "input": ["1 +\n", "1"],
                    "language": "python",
                    "metadata": {"trusted": True},
                    "prompt_number": 4,
                    "outputs": [
                        {"output_type": "pyout", "prompt_number": 4, "text": ["2"], "metadata": {}},
                        {"output_type": "stream", "stream": "stdout", "text": ["a\n", "b"]},
                    ],
                },
            ],
        }
    ],
}


def test_format_3_is_upgraded():
    notebook = read_notebook(json.dumps(VERSION_3).encode())
    heading, code = notebook["cells"]
    assert (heading["cell_type"], heading["source"]) == ("markdown", "## Titre")
    assert (code["source"], code["execution_count"]) == ("1 +\n1", 4)
    assert code["outputs"][0]["data"]["text/plain"] == "2"
    assert "trusted" not in json.dumps(notebook)
    assert "signature" not in notebook["metadata"]


def test_format_4_0_gets_ids_and_joined_lines():
    cell = {"cell_type": "code", "metadata": {}, "source": ["a\n", "b"], "outputs": [
        {"output_type": "display_data", "data": {"text/plain": ["x", "y"], "application/json": [1]}, "metadata": {}}
    ]}  # fmt: skip
    notebook = clean_notebook({"nbformat": 4, "nbformat_minor": 0, "metadata": {}, "cells": [cell]})
    cell = notebook["cells"][0]
    assert (cell["source"], cell["execution_count"]) == ("a\nb", None)
    assert cell["outputs"][0]["data"] == {"text/plain": "xy", "application/json": [1]}
    assert cell["id"]


def test_ids_are_made_unique_and_valid():
    notebook = make_notebook("")
    notebook["cells"] = [
        {"cell_type": "markdown", "source": "", "metadata": {}, "id": name}
        for name in ("a", "a", "bad id", "", 3, "x" * 65, "ok-1_A")
    ]
    ids = [cell["id"] for cell in clean_notebook(notebook)["cells"]]
    assert len(set(ids)) == 7
    assert (ids[0], ids[6]) == ("a", "ok-1_A")


def test_trust_is_taken_away_everywhere():
    notebook = make_notebook("")
    notebook["metadata"].update(trusted=True, signature="x")
    output = {"output_type": "display_data", "data": {}, "metadata": {"trusted": True}}
    notebook["cells"][1].update(metadata={"trusted": True, "tags": ["k"]}, outputs=[output])
    clean = clean_notebook(notebook)
    assert "trusted" not in json.dumps(clean)
    assert clean["cells"][1]["metadata"] == {"tags": ["k"]}


def test_other_programs_keys_are_dropped_not_refused():
    notebook = make_notebook("")
    notebook["cells"][0]["collab_type"] = "x"
    notebook["extra"] = 1
    notebook["cells"][0]["outputs"] = []
    assert set(clean_notebook(notebook)) == {"cells", "metadata", "nbformat", "nbformat_minor"}


def test_not_a_number_and_lone_surrogates_stay_readable():
    data = (
        notebook_text('X"')
        .replace('"X\\""', '"\\ud800"')
        .replace('"metadata": {}', '"metadata": {"x": NaN}')
    )
    written = write_notebook(read_notebook(data.encode()))
    assert b"NaN" not in written
    assert json.loads(written.decode())["cells"][0]["source"] == "\ufffd"


def test_empty_files_are_said_to_be_empty():
    for data in (b"", b" \n", b"\x00" * 0):
        with pytest.raises(EmptyNotebook):
            read_notebook(data)


def broken():
    base = make_notebook("x")
    yield b"{"
    yield b"[]"
    yield b"null"
    yield b"3"
    yield b"{}"
    yield b'{"a": 1}'
    yield b"<!DOCTYPE html><html></html>"
    yield b"\x00\x01\x02\x03"
    yield b"PK\x03\x04"
    yield b"\xff" * 100
    yield b'{"nbformat": ' + b"9" * 5000 + b"}"
    yield b"[" * 200_000
    yield b'{"nbformat": 4, "cells": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    for change in (
        {"nbformat": 5}, {"nbformat": "4"}, {"nbformat": 0}, {"nbformat": -1}, {"nbformat": 4.5}, {"nbformat_minor": "x"},
        {"cells": None}, {"cells": {}}, {"cells": [None]}, {"cells": [{}]}, {"cells": [{"cell_type": "x"}]}, {"metadata": 3},
        {"cells": [{"cell_type": "code", "source": 3}]}, {"cells": [{"cell_type": "code", "outputs": 3}]},
        {"cells": [{"cell_type": "code", "outputs": [{"output_type": "evil"}]}]},
        {"cells": [{"cell_type": "code", "metadata": []}]},
        {"cells": [{"cell_type": "markdown", "attachments": 3}]},
        {"cells": [{"cell_type": ["code"]}]},
    ):  # fmt: skip
        yield json.dumps(base | change).encode()
    yield json.dumps(VERSION_3 | {"worksheets": 3}).encode()
    yield json.dumps(
        VERSION_3 | {"worksheets": [{"cells": [{"cell_type": "code", "outputs": 3}]}]}
    ).encode()
    yield b'{"nbformat": 2, "worksheets": "x"}'
    yield b'{"nbformat": 1, "cells": 3}'


BROKEN = list(broken())


@pytest.mark.parametrize("data", BROKEN, ids=map(str, range(len(BROKEN))))
def test_broken_notebooks_are_refused_with_a_reason(data):
    with pytest.raises(InvalidNotebook) as caught:
        read_notebook(data)
    assert str(caught.value)


def test_too_many_cells_are_refused():
    notebook = make_notebook("")
    notebook["cells"] = notebook["cells"] * 5001
    with pytest.raises(InvalidNotebook):
        clean_notebook(notebook)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
fields = st.sampled_from(
    ["cell_type", "source", "metadata", "outputs", "id", "attachments", "execution_count"]
)


@settings(max_examples=150)
@given(
    st.sampled_from([1, 2, 3, 4]),
    st.lists(
        st.dictionaries(fields, json_values | st.sampled_from(["code", "markdown"])), max_size=3
    ),
    json_values,
)
def test_whatever_comes_the_result_is_valid_or_a_typed_error(major, cells, metadata):
    data = {"nbformat": major, "nbformat_minor": 0, "cells": cells, "metadata": metadata}
    data["worksheets"] = [{"cells": json.loads(json.dumps(cells))}]
    try:
        notebook = clean_notebook(data)
    except InvalidNotebook:
        return
    nbformat.validate(json.loads(write_notebook(notebook)))
