"""Text files as live documents: without loss, nothing but text, and in step with the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from pycrdt import Doc

from candyce.accounts.models import AuditEntry
from candyce.collab import actions, limits, protocol, store, textfile
from candyce.collab.kinds import Kind, kind_of, make_seed, read_content, write_content
from candyce.collab.models import LiveDocument
from candyce.collab.replica import load_doc
from candyce.collab.tests.conftest import make_project
from candyce.collab.tests.test_hostile import struct
from candyce.collab.tests.texts import CSV, EDITS, EXCEL, make_text_project, source
from candyce.collab.textdiff import find_changes
from candyce.collab.textreplica import TextReplica
from candyce.collab.updates import InvalidUpdate
from candyce.lib.errors import Conflict, NotFound, TooLarge
from candyce.projects import files
from candyce.projects.blobs import read_blob
from candyce.projects.contents import get_model, get_stored, list_tree
from candyce.projects.kinds import NotText
from candyce.projects.models import Project


@pytest.fixture
def project(school) -> Project:
    return make_text_project(school.bob)


@pytest.fixture
def document(db, project) -> LiveDocument:
    return store.open_document(project.pk, "data.csv")


def read(document: LiveDocument) -> str:
    return textfile.read(load_doc(store.load(document.pk).updates))


def type_into(document: LiveDocument, text: str, at: int = 0) -> None:
    """What a page's edit does to the log."""
    replica = TextReplica(store.load(document.pk).updates)
    news = replica.edit(lambda doc: source(doc).insert(at, text))
    store.append({document.pk: [store.Entry(news, None)]})
    replica.close()


def get_file(project: Project, path: str = "data.csv") -> bytes:
    project.refresh_from_db()
    return read_blob(project.tree[path][0])


# -- without loss ------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from("ab,␊␍é😀\u2028\ufeff") | st.sampled_from("\r\n")) | st.lists(
    st.sampled_from(["a", "\r\n", "\n", "\r", "␊", "é"])
).map("".join)


@hypothesis(deadline=None)
@given(TEXTS)
def test_a_text_comes_back_byte_for_byte(text):
    try:
        seed = textfile.make_seed(text.encode())
    except NotText:
        assert "␊" in text or "␍" in text
        return
    doc = load_doc([seed])
    assert "\r" not in str(source(doc))
    assert write_content(read_content(doc, Kind.TEXT)) == text.encode()


@hypothesis(deadline=None)
@given(TEXTS, TEXTS)
def test_replacing_leads_to_the_wanted_text_whatever_stood_there(before, after):
    doc = Doc()
    try:
        textfile.replace(doc, before)
        textfile.replace(doc, after)
    except NotText:
        return
    assert textfile.read(doc) == after


def test_ends_of_lines_and_the_mark_stay_what_they_are():
    doc = load_doc([textfile.make_seed(EXCEL.encode())])
    assert str(source(doc)) == 'ville,note\nBrest,"pluie␊\nforte"\nNice,soleil\n'
    source(doc).insert(0, "lieu,")
    source(doc).insert(len(source(doc)), "Lille,vent\n")
    wanted = '\ufefflieu,ville,note\r\nBrest,"pluie\nforte"\r\nNice,soleil\r\nLille,vent\r\n'
    assert textfile.read(doc) == wanted


def test_one_file_gives_one_structure():
    one, two = textfile.make_seed(EXCEL.encode()), textfile.make_seed(EXCEL.encode())
    assert one == two
    assert textfile.read(load_doc([one, two])) == EXCEL
    assert textfile.read(load_doc([textfile.make_seed(b"")])) == ""


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("é".encode("latin-1"), NotText),
        ("é".encode("utf-16"), NotText),
        (b"a\0b", NotText),
        ("␊\r\n\n".encode(), NotText),
        (b"a" * (limits.TEXT + 1), TooLarge),
    ],
)
def test_what_is_no_small_text_is_not_opened_live(data, error):
    with pytest.raises(error):
        make_seed(data, Kind.TEXT, limit=10**9)


# -- the least change --------------------------------------------------------------------------


@hypothesis(deadline=None)
@given(st.lists(st.sampled_from("abcde")), st.lists(st.sampled_from("abcdef")))
def test_changes_lead_from_one_text_to_the_other(before, after):
    old, new = "\n".join(before), "\n".join(after)
    text, at, parts = old, 0, []
    for start, end, put in find_changes(old, new):
        assert at <= start <= end
        assert text[start:end] or put
        parts += [text[at:start], put]
        at = end
    assert "".join(parts) + text[at:] == new


def test_what_did_not_change_is_left_alone():
    before = "".join(f"{n},{n * n}\n" for n in range(1000))
    after = (
        before.replace("7,49\n", "7,50\n", 1)
        .replace("500,250000\n", "")
        .replace("9,81", "9,é81", 1)
    )
    assert [before[start:end] + "→" + new for start, end, new in find_changes(before, after)] == [
        "49→50",
        "→é",
        "500,250000\n→",
    ]


def test_finding_changes_takes_bounded_time():
    # No line is unique, nothing matches: the worst for a diff that compares all with all.
    before, after = "a\nb\n" * 100_000, "b\nb\na\n" * 60_000
    changes = find_changes(before, after)
    assert len(changes) == 1


# -- nothing but text --------------------------------------------------------------------------

ROOT = b"\x01\x06source"
BYTES = {
    "value": struct(b"\x08\x01\x7d\x05", parent=ROOT),
    "bold": struct(b"\x06\x01b\x04true", parent=ROOT),
    "embedded": struct(b"\x05\x02{}", parent=ROOT),
    "binary": struct(b"\x03\x01x", parent=ROOT),
    "shared type": struct(b"\x07\x01", parent=ROOT),
    "another root": struct(b"\x04\x05hello", parent=b"\x01\x05cells"),
    "an attribute of the text": b"\x01\x01\x63\x00\x24\x01\x06source\x01k\x01x\x00",
    "state": b"\x01\x01\x63\x00\x28\x01\x05state\x05dirty\x01\x78\x00",
    "state by name, as text": struct(b"\x04\x01x", parent=b"\x01\x05state"),
    "junk": b"junk",
}


def test_the_first_update_is_taken_whole_although_it_holds_state():
    # A page that answers with all it has sends the server's own state back.
    seed = textfile.make_seed(CSV.encode())
    replica = TextReplica([seed])
    page = load_doc([seed])
    source(page).insert(0, "é")
    del source(page)[8:12]
    assert replica.apply(page.get_update()).news
    assert textfile.read(replica.doc) == textfile.read(page)
    assert replica.apply(page.get_update()).news is None
    replica.close()


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_more_than_text_are_refused(name):
    replica = TextReplica([textfile.make_seed(CSV.encode())])
    with pytest.raises(InvalidUpdate):
        replica.apply(BYTES[name])
    assert set(replica.doc.keys()) == {"source", "state"}
    assert textfile.read(replica.doc) == CSV
    replica.close()


@pytest.mark.parametrize("name", EDITS)
def test_edits_that_are_more_than_text_are_refused(name):
    seed = textfile.make_seed(CSV.encode())
    page, replica = load_doc([seed]), TextReplica([seed])
    EDITS[name](page)
    with pytest.raises(InvalidUpdate):
        replica.apply(page.get_update())
    replica.close()


def test_a_letter_slipped_into_the_state_is_refused():
    """It names no root: it stands beside the server's own entry, and would take its place."""
    seed = textfile.make_seed(CSV.encode())
    ((client, _clock),) = protocol.read_state(load_doc([seed]).get_state()).items()
    replica = TextReplica([seed])
    first_of_state = protocol.write_uint(client) + protocol.write_uint(0)
    with pytest.raises(InvalidUpdate, match="state"):
        replica.apply(b"\x01\x01\x63\x00\x84" + first_of_state + b"\x01\r\x00")
    replica.close()


# -- the file ----------------------------------------------------------------------------------


def test_opening_a_text_once_and_for_all(project, document):
    assert store.open_document(project.pk, "data.csv") == document
    assert read(document) == CSV


@pytest.mark.parametrize(
    ("path", "error"), [("none.csv", NotFound), ("latin.csv", NotText), ("photo.png", NotText)]
)
def test_other_files_stay_plain(db, project, path, error):
    with pytest.raises(error):
        store.open_document(project.pk, path)
    assert not LiveDocument.objects.exists()


def test_a_large_text_stays_plain(db, school):
    project = make_project(school.bob, {"log.txt": b"x" * (limits.TEXT + 1)})
    with pytest.raises(TooLarge):
        store.open_document(project.pk, "log.txt")


def test_whoever_reads_the_project_reads_what_is_typed(project, document):
    type_into(document, "# pluie\n")
    typed = ("# pluie\r\n" + CSV).encode()
    assert get_stored(project, "data.csv") == typed
    assert get_model(project, "data.csv", writable=True)["content"] == typed.decode()
    assert [one["size"] for one in list_tree(project) if one["path"] == "data.csv"] == [len(typed)]
    assert get_file(project) == typed


def test_a_save_over_http_changes_the_live_text(school, project, document):
    type_into(document, "# pluie\n")
    written = CSV.replace("51", "52").encode()
    saved = files.put_file(project, "data.csv", written, acting_user=school.bob)
    assert read(document) == written.decode()
    assert read_blob(saved.tree["data.csv"][0]) == written
    entry = AuditEntry.objects.get(verb="replace_text")
    assert (entry.actor, entry.data["path"]) == (school.bob, "data.csv")
    assert LiveDocument.objects.get() == document


def test_a_save_changes_other_ends_and_the_mark(school, project, document):
    for wanted in (EXCEL, "unix\n", "\r".join("mac"), "", CSV):
        files.put_file(project, "data.csv", wanted.encode(), acting_user=school.bob)
        assert read(document) == wanted
        assert get_file(project) == wanted.encode()


def test_a_save_that_expects_another_content_is_a_conflict(school, project, document):
    expected = project.tree["data.csv"][0]
    type_into(document, "x")
    with pytest.raises(Conflict):
        files.put_file(project, "data.csv", b"new", acting_user=school.bob, expected_hash=expected)
    assert read(document) == "x" + CSV


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"x" * (limits.TEXT + 1), "␊\r\n\n".encode()], ids=repr
)
def test_what_is_no_text_any_more_ends_the_live_text(school, project, document, data):
    files.put_file(project, "data.csv", data, acting_user=school.bob)
    assert not LiveDocument.objects.exists()
    assert get_file(project) == data
    assert get_stored(project, "data.csv") == data
    files.put_file(project, "data.csv", b"text again", acting_user=school.bob)
    assert read(store.open_document(project.pk, "data.csv")) == "text again"


def test_renaming_keeps_a_text_live_and_another_kind_ends_it(school, project, document):
    type_into(document, "x")
    project = files.rename_file(project, "data.csv", "notes/data.txt", acting_user=school.bob)
    assert store.open_document(project.pk, "notes/data.txt") == document
    type_into(document, "y")
    files.rename_file(project, "notes/data.txt", "data.bin", acting_user=school.bob)
    assert not LiveDocument.objects.exists()
    assert get_file(project, "data.bin") == ("yx" + CSV).encode()


def test_a_notebook_named_as_a_text_becomes_one(school, project, db):
    notebook = store.open_document(project.pk, "lesson.ipynb")
    files.rename_file(project, "lesson.ipynb", "lesson.json", acting_user=school.bob)
    text = store.open_document(project.pk, "lesson.json")
    assert text != notebook
    assert read(text) == get_file(project, "lesson.json").decode()
    assert not LiveDocument.objects.filter(pk=notebook.pk).exists()


def test_deleting_the_file_ends_the_live_text(school, project, document):
    files.delete_file(project, "data.csv", acting_user=school.bob)
    assert not LiveDocument.objects.exists()


def test_merging_the_log_loses_nothing(project, document):
    for number in range(20):
        type_into(document, f"{number}\n")
    before = read(document)
    actions.compact(document.pk)
    assert read(document) == before
    actions.materialise(project)
    assert get_file(project) == before.encode()


def test_only_texts_are_brought_up_to_date_when_asked_so(project, document):
    notebook = store.open_document(project.pk, "lesson.ipynb")
    LiveDocument.objects.filter(pk=notebook.pk).update(materialised_seq=0)
    type_into(document, "x")
    assert actions.materialise(project, kind=Kind.TEXT) == ["data.csv"]
    notebook.refresh_from_db()
    assert notebook.materialised_seq == 0


def test_kinds_follow_from_names():
    assert kind_of("a/B.IPYNB") is Kind.NOTEBOOK
    assert kind_of("a.b/LISEZ.MD") is Kind.TEXT
    assert kind_of(".gitignore") is Kind.TEXT
    assert [kind_of(path) for path in ("a.png", "Makefile", "csv", "a.csv/", "a.md/x")] == [
        None
    ] * 5
