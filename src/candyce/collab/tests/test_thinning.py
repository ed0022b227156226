"""What keeps a history bounded: old days keep one state, too much loses its oldest, names stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from candyce.collab import notebook, store, tasks
from candyce.collab.history import actions, chunks, list_moments, thinning
from candyce.collab.history.moments import Moment, find_moment, get_content
from candyce.collab.history.timeline import list_entries
from candyce.collab.models import DocumentUpdate, HistoryChunk, KeptState, LiveDocument
from candyce.collab.tests.test_history import Straight
from candyce.collab.tests.writing import Writer

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 21, 12, tzinfo=PARIS)


@pytest.fixture
def document(project) -> LiveDocument:
    return store.open_document(project.pk, "lesson.ipynb")


def work(document, days, *, edits=4, every=2):
    """Some edits on each of these days ago, compacted every so many days; gives the straight log."""
    writer, straight = Writer(document, document.project.owner_id, Random(5)), Straight(document)
    for number, ago in enumerate(days):
        first = store.get_last_seqs([document.pk])[document.pk]
        for _ in range(edits):
            writer.edit()
            writer.exchange()
        straight.note()
        at = NOW - timedelta(days=ago)
        DocumentUpdate.objects.filter(document=document, seq__gt=first if number else 0).update(
            at=at
        )
        if number % every == every - 1:
            store.compact(document.pk)
    store.compact(document.pk)
    return straight


def last_of_days(moments):
    return {at.astimezone(PARIS).date(): seq for seq, at in moments}


def test_old_days_keep_their_last_state_and_recent_ones_everything(document, settings):
    settings.HISTORY_DAYS = 90
    straight = work(document, [200, 199, 150, 149, 100, 3, 2, 1], every=1)
    moments = list_moments(document)
    evenings = last_of_days((one.seq, one.at) for one in moments)
    assert thinning.thin_document(document.pk, NOW) == 5
    kept = list(KeptState.objects.values_list("seq", flat=True))
    assert kept == [seq for day, seq in evenings.items() if (NOW.date() - day).days > 90]
    for seq in kept:
        assert get_content(document, seq) == straight.read(seq)
    rest = [one.seq for one in list_moments(document)]
    assert rest == list(range(kept[-1] + 1, len(straight.updates) + 1))
    for seq in rest:
        assert get_content(document, seq) == straight.read(seq)
    assert get_content(document, kept[0] - 1) is None
    assert find_moment(document, kept[0] - 1) is None
    assert find_moment(document, kept[0]).at.date() == (NOW - timedelta(days=200)).date()
    assert thinning.thin_document(document.pk, NOW) == 0


def test_a_day_in_two_chunks_keeps_one_state_and_counts_both(document, settings):
    straight = work(document, [200, 200, 200], every=1)
    thinning.thin_document(document.pk, NOW)
    day = KeptState.objects.get()
    assert day.seq == len(straight.updates)
    assert sum(count for _person, count in day.people) == len(straight.updates)
    [entry] = list_entries(document.project, document.path, document)
    assert (entry.kind, entry.count) == ("day", len(straight.updates))


def test_chunks_that_had_no_base_get_one(document, settings, monkeypatch):
    monkeypatch.setattr(chunks, "CHAIN", 10**9)
    straight = work(document, [200, 150, 2, 1], every=1)
    assert all(not chunk.base for chunk in HistoryChunk.objects.all())
    thinning.thin_document(document.pk, NOW)
    assert HistoryChunk.objects.order_by("first_seq").first().base
    for moment in list_moments(document):
        assert get_content(document, moment.seq) == straight.read(moment.seq)


def test_too_much_loses_the_oldest_detail_then_the_oldest_days_never_a_name(
    school, document, settings
):
    straight = work(document, [5, 4, 3, 2, 1], every=1)
    content = straight.read(3)
    kept = actions.name_moment(
        document, Moment(3, None, NOW), content, name="Avant", acting_user=school.bob
    )
    settings.HISTORY_LIMIT = thinning.measure(document.pk) // 2
    thinning.thin_document(document.pk, NOW)
    assert thinning.measure(document.pk) <= settings.HISTORY_LIMIT
    settings.HISTORY_LIMIT = 0
    thinning.thin_document(document.pk, NOW)
    assert thinning.measure(document.pk) == 0
    assert list(KeptState.objects.all()) == [kept]
    assert get_content(document, 3) == content
    assert store.load(document.pk) is not None


def test_a_crash_while_thinning_changes_nothing(document, settings, monkeypatch):
    straight = work(document, [200, 150, 1], every=1)

    def crash(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(HistoryChunk, "delete", crash)
        with pytest.raises(KeyboardInterrupt):
            thinning.thin_document(document.pk, NOW)
    assert not KeptState.objects.exists()
    assert [one.seq for one in list_moments(document)] == list(range(1, len(straight.updates) + 1))


def test_the_night_compacts_what_rests_and_thins_what_is_old(document):
    work(document, [200], every=9)
    HistoryChunk.objects.all().delete()
    writer = Writer(document, None, Random(1))
    writer.edit()
    writer.exchange()
    tasks.tidy_documents.call()
    assert DocumentUpdate.objects.count() == 1  # somebody may be at work on it
    LiveDocument.objects.update(updated_at=timezone.now() - timedelta(days=8))
    DocumentUpdate.objects.update(at=timezone.now() - timedelta(days=200))
    tasks.tidy_documents.call()
    assert DocumentUpdate.objects.count() == 0
    tasks.thin_histories.call()
    assert not HistoryChunk.objects.exists()
    assert KeptState.objects.count() == 1


def test_names_are_bounded(school, document, settings):
    work(document, [1])
    content = notebook.normalise(get_content(document, 2))
    settings.HISTORY_LIMIT = 1500

    def name(text):
        moment = Moment(2, None, NOW)
        actions.name_moment(document, moment, content, name=text, acting_user=school.bob)

    name("v1")
    with pytest.raises(actions.TooLarge):
        [name(f"v{number}") for number in range(50)]
    assert 0 < KeptState.objects.count() < 50
