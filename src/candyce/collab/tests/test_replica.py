"""The reader of updates, the replica, the codec of notebooks, without sockets."""

from __future__ import annotations

import contextlib
import copy
import gc
import json
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map

from candyce.collab import edits, notebook, protocol
from candyce.collab.protocol import EMPTY_UPDATE, ProtocolError, read_state, write_state
from candyce.collab.replica import Gap, Replica, load_doc
from candyce.collab.tests.conftest import NOTEBOOK
from candyce.collab.updates import InvalidUpdate, read_update
from candyce.lib.errors import TooLarge
from candyce.projects.notebooks import InvalidNotebook

DATA = json.dumps(NOTEBOOK).encode()
SEED = notebook.make_seed(DATA, limit=10**6)


def make_client() -> tuple[Doc, list[bytes]]:
    doc = Doc()
    doc.apply_update(SEED)
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(event.update))
    return doc, updates


def cells_of(doc: Doc) -> Array:
    return doc.get("cells", type=Array)


# -- numbers and state vectors ------------------------------------------------------------------


@given(st.integers(0, 2**53 - 1))
def test_numbers_come_back(value):
    encoded = protocol.write_uint(value)
    assert protocol.read_uint(encoded, 0) == (value, len(encoded))


@given(st.dictionaries(st.integers(0, 2**53 - 1), st.integers(0, 2**31)))
def test_state_vectors_come_back(state):
    assert read_state(write_state(state)) == state


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_protocol_error(data):
    with contextlib.suppress(ProtocolError):
        protocol.read_message(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_update_or_invalid(data):
    with contextlib.suppress(InvalidUpdate):
        read_update(data)


@given(st.integers(0, len(SEED) - 1), st.integers(0, 255))
@settings(max_examples=300)
def test_a_spoilt_update_is_taken_in_or_refused_and_the_replica_stays_readable(at, byte):
    spoilt = SEED[:at] + bytes((byte,)) + SEED[at + 1 :]
    replica = Replica([SEED])
    try:
        replica.apply(spoilt)
    except (InvalidUpdate, Gap):
        replica = Replica([SEED])
    assert notebook.make_valid(notebook.read(replica.doc)) is not None


# -- updates ---------------------------------------------------------------------------------------


def test_the_reader_finds_the_clocks_that_the_library_finds():
    doc, updates = make_client()
    for index, text in enumerate(("a", "é", "😀", "漢字")):
        cells_of(doc)[0]["source"].insert(0, text)
        cells_of(doc)[1]["metadata"][f"key{index}"] = {"a": [1, 2.5, None, True, 2**60, "x"]}
    state = read_state(Doc().get_state())
    for update in [SEED, *updates]:
        summary = read_update(update)
        assert summary.fits(state)
        summary.advance(state)
    assert state == read_state(doc.get_state())


def test_an_update_that_skips_another_is_a_gap():
    doc, updates = make_client()
    cells_of(doc)[0]["source"].insert(0, "a")
    cells_of(doc)[0]["source"].insert(0, "b")
    replica = Replica([SEED])
    with pytest.raises(Gap):
        replica.apply(updates[1])
    replica.apply(updates[0])
    assert replica.apply(updates[1]).news == updates[1]


def test_a_deletion_of_what_is_not_there_is_a_gap():
    doc, updates = make_client()
    source = cells_of(doc)[0]["source"]
    source.insert(0, "abc")
    del source[0:2]
    with pytest.raises(Gap):
        Replica([SEED]).apply(updates[1])


def test_what_is_known_already_is_no_news():
    doc, updates = make_client()
    del cells_of(doc)[0]["source"][0:1]
    replica = Replica([SEED])
    assert replica.apply(updates[0]).news == updates[0]
    assert replica.apply(updates[0]).news is None
    assert replica.apply(doc.get_update()).news is None
    assert replica.apply(EMPTY_UPDATE).news is None


def test_trusted_is_taken_out_in_the_same_update():
    doc, updates = make_client()
    cells_of(doc)[1]["metadata"]["trusted"] = True
    replica = Replica([SEED])
    applied = replica.apply(updates[0])
    assert applied.repaired
    fresh = Replica([SEED])
    fresh.apply(applied.news)
    assert notebook.read(fresh.doc) == NOTEBOOK
    assert "trusted" not in cells_of(fresh.doc)[1]["metadata"]


def test_trusted_in_a_new_cell_and_in_the_notebook_is_taken_out():
    doc, updates = make_client()
    cell = {"cell_type": "markdown", "metadata": {"trusted": True}, "source": "x"}
    cells_of(doc).append(notebook.make_cell(cell, "neu"))
    doc.get("meta", type=Map)["metadata"]["trusted"] = True
    replica = Replica([SEED])
    assert all(replica.apply(update).repaired for update in updates)
    read = notebook.read(replica.doc)
    assert read["cells"][2]["metadata"] == {}
    assert read["metadata"] == NOTEBOOK["metadata"]


# -- notebooks --------------------------------------------------------------------------------------


def test_two_seeds_of_one_file_agree():
    replica = Replica([SEED])
    assert replica.apply(notebook.make_seed(DATA, limit=10**6)).news is None
    assert notebook.read(replica.doc) == NOTEBOOK


RICH = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {"nbgrader": {"grade": True, "points": 2.5}, "tags": ["x"]},
            "source": "![](attachment:i.png)",
            "attachments": {"i.png": {"image/png": "AAAA"}},
        },
        {
            "cell_type": "raw",
            "id": "b",
            "metadata": {"format": "text/x-rst"},
            "source": "raw\r\n\ttext",
        },
        {
            "cell_type": "code",
            "id": "c",
            "metadata": {"collapsed": True},
            "execution_count": None,
            "source": "",
            "outputs": [
                {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["l1", "l2"]},
                {
                    "output_type": "display_data",
                    "data": {"application/json": {"a": [1, 2.5, None]}, "text/html": "<b>x</b>"},
                    "metadata": {"isolated": True},
                },
            ],
        },
    ],
    "metadata": {"widgets": {"state": {}}, "authors": [{"name": "Été"}]},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.mark.parametrize("content", [NOTEBOOK, RICH], ids=["plain", "rich"])
def test_a_notebook_comes_back_without_loss(content):
    seed = notebook.make_seed(json.dumps(content).encode(), limit=10**6)
    assert notebook.read(Replica([seed]).doc) == content
    assert notebook.make_valid(copy.deepcopy(content)) == content


def test_older_minor_versions_keep_their_number_and_have_no_ids():
    old = copy.deepcopy(RICH) | {"nbformat_minor": 2}
    for cell in old["cells"]:
        del cell["id"]
    seed = notebook.make_seed(json.dumps(old).encode(), limit=10**6)
    assert notebook.read(Replica([seed]).doc) == old


def test_nbformat_3_is_brought_up():
    old = {
        "metadata": {"name": "x"},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [
            {"cells": [{"cell_type": "heading", "level": 2, "metadata": {}, "source": ["T"]}]}
        ],
    }
    read = notebook.read(Replica([notebook.make_seed(json.dumps(old).encode(), limit=10**6)]).doc)
    assert (read["nbformat"], read["cells"][0]["source"]) == (4, "## T")


def test_an_empty_notebook_has_a_cell_to_type_in():
    empty = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    read = notebook.read(Replica([notebook.make_seed(json.dumps(empty).encode(), limit=10**6)]).doc)
    assert [cell["cell_type"] for cell in read["cells"]] == ["code"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"null",
        b'{"nbformat": 4, "cells": 3}',
        b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "virus", "source": ""}]}',
        b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": 3}]}',
        b'{"nbformat": 99, "cells": []}',
        b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "raw", "source": "\\ud800"}]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_notebook_is_an_error_with_a_message(data):
    with pytest.raises(InvalidNotebook):
        notebook.make_seed(data, limit=10**6)


def test_a_huge_file_is_refused_before_it_is_read():
    with pytest.raises(TooLarge):
        notebook.make_seed(b" " * 101, limit=100)


def test_metadata_that_nbformat_refuses_costs_itself_only():
    spoilt = copy.deepcopy(RICH)
    spoilt["cells"][0]["metadata"]["tags"] = "no list"
    spoilt["cells"][2]["outputs"][1]["metadata"] = 3
    valid = notebook.make_valid(spoilt)
    assert valid["cells"][0]["source"] == RICH["cells"][0]["source"]
    assert "tags" not in valid["cells"][0]["metadata"]


# -- replacing ----------------------------------------------------------------------------------------

CELLS = st.lists(
    st.builds(
        lambda number, kind, text, tags: (
            {
                "cell_type": kind,
                "id": f"c{number}",
                "metadata": {"tags": tags} if tags else {},
                "source": text,
            }
            | (
                {
                    "execution_count": number,
                    "outputs": [{"output_type": "stream", "name": "stdout", "text": text}],
                }
                if kind == "code"
                else {}
            )
        ),
        st.integers(0, 9),
        st.sampled_from(["code", "markdown", "raw"]),
        st.text(alphabet="aé😀\n", max_size=8),
        st.lists(st.sampled_from(["x", "y"]), unique=True, max_size=2),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda cell: cell["id"],
)


def _notebook(cells):
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@given(CELLS, CELLS)
def test_a_replaced_notebook_is_exactly_the_new_one(before, after):
    seed = notebook.make_seed(json.dumps(_notebook(before)).encode(), limit=10**6)
    replica, other = Replica([seed]), Replica([seed])
    news = replica.edit(lambda doc: edits.replace(doc, _notebook(after), salt="s"))
    assert notebook.read(replica.doc) == _notebook(after)
    if news is not None:
        other.apply(news)
    assert notebook.read(other.doc) == _notebook(after)


def test_replacing_by_the_same_is_no_edit():
    replica = Replica([SEED])
    assert replica.edit(lambda doc: edits.replace(doc, copy.deepcopy(NOTEBOOK), salt="s")) is None


def test_replacing_keeps_what_another_types_at_the_same_time():
    replica, other = Replica([SEED]), Replica([SEED])
    changed = copy.deepcopy(NOTEBOOK)
    changed["cells"][0]["source"] = "# Été 😀 fini"
    changed["cells"].reverse()
    changed["cells"].reverse()
    news = replica.edit(lambda doc: edits.replace(doc, changed, salt="s"))
    typed = other.edit(lambda doc: cells_of(doc)[0]["source"].insert(0, "Titre : "))
    replica.apply(typed)
    other.apply(news)
    assert notebook.read(replica.doc) == notebook.read(other.doc)
    assert notebook.read(replica.doc)["cells"][0]["source"] == "Titre : # Été 😀 fini"


def test_a_file_without_ids_does_not_move_the_cells():
    replica = Replica([SEED])
    bare = copy.deepcopy(NOTEBOOK) | {"nbformat_minor": 4}
    for cell in bare["cells"]:
        del cell["id"]
    bare["cells"][1]["source"] = "1 + 3"
    replica.edit(lambda doc: edits.replace(doc, bare, salt="s"))
    assert [str(cell["id"]) for cell in cells_of(replica.doc)] == ["titre", "calcul"]
    assert notebook.read(replica.doc) == bare


def test_documents_that_were_read_or_closed_leave_memory():
    kept = []
    for _ in range(3):
        replica = Replica([SEED])
        replica.edit(lambda doc: cells_of(doc)[0]["source"].insert(0, "x"))
        notebook.read(replica.doc)
        replica.close()
        kept += [weakref.ref(replica.doc), weakref.ref(replica.watcher)]
        doc = load_doc([SEED])
        notebook.read(doc)
        kept.append(weakref.ref(doc))
    del replica, doc
    gc.collect()
    assert [ref() for ref in kept] == [None] * 9
