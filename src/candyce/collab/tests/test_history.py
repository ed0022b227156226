"""Chunks and moments: any moment can be made again, whatever was compacted, thinned or interrupted."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candyce.collab import notebook, store
from candyce.collab.history import chunks, list_moments
from candyce.collab.history.moments import get_content, replay
from candyce.collab.history.packing import LoggedUpdate, pack, unpack, unpack_table
from candyce.collab.models import DocumentUpdate, HistoryChunk, LiveDocument
from candyce.collab.replica import load_doc
from candyce.collab.tests.conftest import make_project
from candyce.collab.tests.writing import Writer

pytestmark = pytest.mark.django_db
FRESH = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)


@pytest.fixture
def document(project) -> LiveDocument:
    return store.open_document(project.pk, "lesson.ipynb")


class Straight:
    """The plain truth: every update ever stored, kept beside the log."""

    def __init__(self, document):
        self.document, self.updates = document, []
        self.note()

    def note(self):
        rows = DocumentUpdate.objects.filter(document=self.document, seq__gt=len(self.updates))
        self.updates += [bytes(data) for data in rows.values_list("data", flat=True)]

    def read(self, seq):
        return notebook.read(load_doc(self.updates[:seq]))


def write(document, seed, edits=40, *, compact=0.1, people=3):
    """Some people at work, with compactions in between; gives the straight log."""
    random, straight = Random(seed), Straight(document)
    writers = [Writer(document, uuid.UUID(int=number + 1), random) for number in range(people)]
    for _ in range(edits):
        writer = random.choice(writers)
        writer.edit()
        if random.random() < 0.7:
            writer.exchange()
            straight.note()
        if random.random() < compact:
            store.compact(document.pk)
    for writer in writers:
        writer.exchange()
        straight.note()
    return straight


def assert_whole(document, straight):
    """Every moment, alone and in one go, is what a straight replay gives."""
    last = len(straight.updates)
    assert [moment.seq for moment in list_moments(document)] == list(range(1, last + 1))
    expected = {seq: straight.read(seq) for seq in range(1, last + 1)}
    found = {seq: notebook.read(doc) for seq, doc in replay(document, range(1, last + 1))}
    assert found == expected
    for seq in (1, last // 2 + 1, last):
        assert get_content(document, seq) == expected[seq]


@FRESH
@given(seed=st.integers(0, 10**6), short=st.booleans())
def test_every_moment_is_what_a_straight_replay_gives(school, seed, short):
    document = store.open_document(make_project(school.bob).pk, "lesson.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        if short:  # bases and chains of several chunks, within one compaction too
            patch.setattr(chunks, "CHAIN", 200)
            patch.setattr(chunks, "LONGEST", 4)
        straight = write(document, seed)
        assert_whole(document, straight)
        store.compact(document.pk)
        assert_whole(document, straight)


def test_moments_know_their_author_and_time(document):
    straight = write(document, 1, people=2)
    before = list_moments(document)
    store.compact(document.pk)
    after = list_moments(document)
    assert [(one.seq, one.author_id) for one in after] == [
        (one.seq, one.author_id) for one in before
    ]
    assert {one.author_id for one in after} == {None, uuid.UUID(int=1), uuid.UUID(int=2)}
    for one, other in zip(before, after, strict=True):
        assert abs(one.at - other.at) <= timedelta(milliseconds=1)
    assert len(after) == len(straight.updates)


def test_a_moment_that_never_was_is_none(document):
    write(document, 2, 6)
    last = list_moments(document)[-1].seq
    assert [get_content(document, seq) for seq in (0, last + 1, -3)] == [None, None, None]
    assert list(replay(document, [0, last + 1])) == []


def test_a_document_compacted_before_there_was_history_begins_where_it_can(document):
    straight = write(document, 3, 12, compact=0)
    store.compact(document.pk)
    HistoryChunk.objects.all().delete()
    first = len(straight.updates) + 1
    writer = Writer(document, None, Random(4))
    writer.edit()
    writer.exchange()
    straight.note()
    store.compact(document.pk)
    assert [moment.seq for moment in list_moments(document)] == [first]
    assert get_content(document, first) == straight.read(first)
    assert get_content(document, first - 2) is None


def test_a_base_is_stored_only_when_it_is_worth_it(document, monkeypatch):
    monkeypatch.setattr(chunks, "CHAIN", 10**9)
    write(document, 5, 60, compact=0.3)
    found = list(HistoryChunk.objects.all())
    assert len(found) > 4
    assert {bytes(chunk.base) for chunk in found} == {b""}
    chains = [chunk.chain for chunk in found]
    assert chains == sorted(chains)
    HistoryChunk.objects.all().delete()
    monkeypatch.setattr(chunks, "CHAIN", 300)
    write(document, 6, 60, compact=0.3)
    assert any(chunk.base for chunk in HistoryChunk.objects.all()[1:])


@pytest.mark.parametrize("step", ["make_chunks", "bulk_create", "update", "delete", "commit"])
def test_a_crash_at_any_step_of_compaction_changes_nothing(document, monkeypatch, step):
    straight = write(document, 6, 20, compact=0)
    rows = list(DocumentUpdate.objects.values_list("seq", flat=True))

    class Crash(BaseException):
        pass

    def crash(*_args, **_kwargs):
        raise Crash

    log = type(DocumentUpdate.objects.all())
    delete = log.delete

    def crash_after(query):
        delete(query)
        raise Crash

    owner, name, what = {
        "make_chunks": (store, "make_chunks", crash),
        "bulk_create": (HistoryChunk.objects, "bulk_create", crash),
        "update": (log, "update", crash),
        "delete": (log, "delete", crash),
        "commit": (log, "delete", crash_after),
    }[step]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, what)
        with pytest.raises(Crash):
            store.compact(document.pk)
    assert list(DocumentUpdate.objects.values_list("seq", flat=True)) == rows
    assert not HistoryChunk.objects.exists()
    document.refresh_from_db()
    assert document.snapshot_seq == 0
    assert_whole(document, straight)


def test_whoever_comes_second_compacts_nothing(document, monkeypatch):
    straight = write(document, 7, 20, compact=0)
    real = store.make_chunks

    def meanwhile(*args):
        archive = real(*args)
        monkeypatch.setattr(store, "make_chunks", real)
        assert store.compact(document.pk) > 0
        return archive

    monkeypatch.setattr(store, "make_chunks", meanwhile)
    assert store.compact(document.pk) == 0
    assert HistoryChunk.objects.count() == 1
    assert_whole(document, straight)


def test_what_is_typed_during_compaction_stays_in_the_log(document, monkeypatch):
    straight = write(document, 8, 20, compact=0)
    writer, real = Writer(document, None, Random(9)), store.make_chunks

    def meanwhile(*args):
        archive = real(*args)
        writer.edit()
        writer.exchange()
        return archive

    monkeypatch.setattr(store, "make_chunks", meanwhile)
    assert store.compact(document.pk) == len(straight.updates)
    assert DocumentUpdate.objects.count() == 1
    straight.note()
    assert_whole(document, straight)


def test_updates_are_packed_without_loss():
    start = datetime(2026, 11, 21, 8, tzinfo=UTC)
    updates = [
        LoggedUpdate(
            seq,
            bytes(range(seq % 200)) + b"\n",
            uuid.UUID(int=seq % 3) if seq % 3 else None,
            # a clock that is set back in between is kept as it was
            start + timedelta(milliseconds=seq * 700 - (5000 if seq > 50 else 0)),
        )
        for seq in range(11, 900)
    ]
    packed = pack(updates)
    assert unpack(packed, 11) == updates
    assert [(one.seq, one.author_id, one.at, one.data) for one in unpack_table(packed, 11)] == [
        (one.seq, one.author_id, one.at, b"") for one in updates
    ]
