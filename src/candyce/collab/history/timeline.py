"""The timeline of a file: runs of work, named versions, hand-ins and returns, in the order of time.

An entry's ``key`` names its moment in addresses: the number of an update, or the id of a project's version.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import groupby

from django.conf import settings
from django.utils import timezone
from pycrdt import Doc

from candyce.accounts.models import User
from candyce.collab.history import marks
from candyce.collab.history.marks import Mark
from candyce.collab.history.packing import to_updates
from candyce.collab.models import DocumentUpdate, HistoryChunk, KeptState, LiveDocument
from candyce.projects.models import Project, Version
from candyce.projects.paths import is_notebook

REASONS = frozenset(
    {
        Version.Reason.GIVEN,
        Version.Reason.HANDED_IN,
        Version.Reason.RETURNED,
        Version.Reason.PUBLISHED,
    }
)


@dataclass(slots=True)
class Entry:
    """``kind``: ``start``, ``run``, ``day`` (thinned), ``named`` or a version's reason."""

    key: str
    kind: str
    at: datetime
    started: datetime
    seq: int | None = None
    people_ids: list[uuid.UUID] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    did: str = ""
    name: str = ""
    mark: Mark | None = None
    count: int = 0
    kept_id: int | None = None
    may_unname: bool = False

    @property
    def stands_out(self) -> bool:
        return self.kind not in {"run", "day"}

    @property
    def minutes(self) -> int:
        return round((self.at - self.started).total_seconds() / 60)


def list_entries(project: Project, path: str, document: LiveDocument | None) -> list[Entry]:
    """Everything there is to tell of a file, newest first."""
    entries = [_from_version(one) for one in _list_versions(project, path)]
    if document is not None:
        entries += [_from_mark(mark) for mark in list_marks(document) if _is_worth_telling(mark)]
        kept = KeptState.objects.filter(document=document).defer("content")
        entries += [_from_kept(one) for one in kept]
    entries.sort(key=_order, reverse=True)
    _put_names(entries)
    return entries


def _order(entry: Entry) -> tuple[datetime, bool, int]:
    # A name stands over the work that it names.
    return entry.at, entry.kind == "named", entry.seq or 0


def _put_names(entries: list[Entry]) -> None:
    wanted = {person for entry in entries for person in entry.people_ids}
    people = User.objects.in_bulk(wanted)
    for entry in entries:
        entry.people = [people[person] for person in entry.people_ids if person in people]


# -- where entries come from -----------------------------------------------------------------


def _list_versions(project: Project, path: str) -> Iterable[Version]:
    versions = Version.objects.filter(project=project, reason__in=REASONS)
    return [one for one in versions.order_by("created_at") if path in one.tree]


def _from_version(version: Version) -> Entry:
    people = [version.author_id] if version.author_id else []
    at = version.created_at
    return Entry(
        str(version.pk), version.reason, at, at, people_ids=people,
        name=version.get_reason_display(),
    )  # fmt: skip


def _is_worth_telling(mark: Mark) -> bool:
    """Not what the server notes for itself."""
    return mark["by"] is not None or mark["first"] == 1 or bool(mark["did"]) or any(mark["typed"])


def _from_mark(mark: Mark) -> Entry:
    start = mark["first"] == 1
    return Entry(
        str(mark["last"]),
        "start" if start else "run",
        _from_milliseconds(mark["end"]),
        _from_milliseconds(mark["start"]),
        mark["last"],
        [uuid.UUID(mark["by"])] if mark["by"] else [],
        mark=None if start else mark,
        count=mark["count"],
    )


def _from_kept(kept: KeptState) -> Entry:
    if kept.kind == KeptState.Kind.DAY:
        people = [uuid.UUID(person) for person, _count in kept.people if person]
        count = sum(count for _person, count in kept.people)
        return Entry(str(kept.seq), "day", kept.at, kept.at, kept.seq, people, count=count)
    people = [kept.user_id] if kept.user_id else []
    return Entry(
        str(kept.seq), "named", kept.at, kept.at, kept.seq, people, name=kept.name, kept_id=kept.pk
    )


def _from_milliseconds(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


# -- marks -----------------------------------------------------------------------------------


def list_marks(document: LiveDocument) -> list[Mark]:
    """The runs of work of the whole document, archived or not, oldest first."""
    chunks = HistoryChunk.objects.filter(document=document).order_by("first_seq")
    archived = [mark for found in chunks.values_list("marks", flat=True) for mark in found]
    seqs = LiveDocument.objects.filter(pk=document.pk).values_list("snapshot_seq", "last_seq")
    snapshot_seq, last_seq = seqs[0]
    key = (document.pk, document.created_at, document.path)
    live = _describe_log(key, snapshot_seq, last_seq)
    return marks.join([*archived, *live])


@lru_cache(maxsize=32)
def _describe_log(key: tuple[int, datetime, str], snapshot_seq: int, last_seq: int) -> list[Mark]:
    """The runs in the log that is not yet compacted; the arguments name its content."""
    document_id, _created, path = key
    snapshot = LiveDocument.objects.values_list("snapshot", flat=True).get(pk=document_id)
    rows = DocumentUpdate.objects.filter(
        document_id=document_id, seq__gt=snapshot_seq, seq__lte=last_seq
    )
    log = to_updates(rows.order_by("seq").values_list("seq", "data", "author_id", "at"))
    if not log or log[0].seq != snapshot_seq + 1:
        return []  # compacted a moment ago: the next visit finds it in the chunks
    doc: Doc = Doc()
    if snapshot:
        doc.apply_update(bytes(snapshot))
    return marks.record(doc, log, notebook=is_notebook(path))


def get_days() -> int:
    """Days of which every edit is kept."""
    return settings.HISTORY_DAYS


# -- looking at entries ----------------------------------------------------------------------


def filter_by_person(entries: list[Entry], person: uuid.UUID | None) -> list[Entry]:
    if person is None:
        return entries
    return [entry for entry in entries if person in entry.people_ids]


def list_people(entries: Iterable[Entry]) -> list[User]:
    """Who worked here, by name."""
    people = {person.pk: person for entry in entries for person in entry.people}
    return sorted(people.values(), key=lambda person: person.sort_name)


def group_by_day(entries: Iterable[Entry]) -> list[tuple[date, list[Entry]]]:
    found = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    return [(day, list(group)) for day, group in found]


def find_neighbours(
    entries: list[Entry], key: str, at: datetime
) -> tuple[Entry | None, Entry | None]:
    """The moments before and after one; entries that show the same moment count once."""
    older = [one for one in entries if one.key != key and (one.at, one.seq or 0) <= (at, _seq(key))]
    newer = [one for one in entries if one.key != key and (one.at, one.seq or 0) > (at, _seq(key))]
    return (older[0] if older else None), (newer[-1] if newer else None)


def _seq(key: str) -> int:
    return int(key) if key.isdigit() else 10**18
