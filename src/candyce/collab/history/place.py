"""Where a reader stands: a project, one of its files, a moment of it. Every page of the history begins here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from candyce.accounts.models import User
from candyce.collab.history import access, content, timeline
from candyce.collab.history.content import Content
from candyce.collab.history.moments import find_moment, get_content
from candyce.collab.history.timeline import Entry
from candyce.collab.models import LiveDocument
from candyce.lib.errors import NotFound
from candyce.projects import addresses
from candyce.projects.access import WRITE, get_rights
from candyce.projects.blobs import read_blob
from candyce.projects.describe import get_description
from candyce.projects.models import Project


@dataclass(slots=True)
class Place:
    """A file of a project, for one reader."""

    user: User
    project: Project
    path: str
    document: LiveDocument | None
    can_write: bool
    description: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.description.get("title", self.project.title))

    @property
    def back_url(self) -> str:
        return str(self.description.get("back_url", addresses.get_back_url(self.project)))

    @property
    def pupil_name(self) -> str:
        """Whose copy this is, for those who are not that pupil."""
        if self.project.owner_id == self.user.pk:
            return ""
        return str((self.description.get("assignment") or {}).get("pupil_name", ""))

    def list_entries(self) -> list[Entry]:
        entries = timeline.list_entries(self.project, self.path, self.document)
        for entry in entries:
            if entry.kept_id is not None:
                namer = entry.people_ids[0] if entry.people_ids else None
                entry.may_unname = access.may_unname(self.user, self.project, namer)
        return entries


@dataclass(slots=True)
class Shown:
    """A moment with its content."""

    key: str
    at: datetime
    content: Content
    seq: int | None = None
    person: User | None = None


def enter(request: HttpRequest, pk: uuid.UUID, values: QueryDict, *rights: str) -> Place:
    """The file that an address names (``path``, else the project's main one), guarded.

    Raises :class:`NotFound` or :class:`Forbidden`.
    """
    user: User = request.user  # type: ignore[assignment]  # behind `login_required`
    project = access.get_project(user, pk, *rights)
    path = values.get("path") or project.main_path or _find_first(project)
    document = access.find_document(project, path) if path else None
    can_write = WRITE in get_rights(user, project)
    description = get_description(user, project, request)
    return Place(user, project, path, document, can_write, description)


def _find_first(project: Project) -> str:
    return min((path for path in project.tree if not path.endswith("/")), default="")


def list_paths(project: Project) -> list[str]:
    """The files that have a history, notebooks of the top folder first."""
    live = LiveDocument.objects.filter(project=project).values_list("path", flat=True)
    return sorted(live, key=lambda path: (path.count("/"), not path.endswith(".ipynb"), path))


def find(place: Place, key: str) -> Shown:
    """The moment that an address names; raises :class:`NotFound`."""
    if key == "now":
        return find_now(place)
    if key.isdecimal() and len(key) < 18:
        return _find_update(place, int(key))
    try:
        version = access.get_version(place.project, place.path, uuid.UUID(key))
    except ValueError as error:
        raise NotFound from error
    data = read_blob(version.tree[place.path][0])
    person = version.author
    return Shown(key, version.created_at, content.read_file(data, place.path), None, person)


def _find_update(place: Place, seq: int) -> Shown:
    moment = find_moment(place.document, seq) if place.document else None
    found = get_content(place.document, seq) if place.document and moment else None
    if moment is None or found is None:
        raise NotFound
    person = User.objects.filter(pk=moment.author_id).first() if moment.author_id else None
    return Shown(str(seq), moment.at, found, seq, person)


def find_now(place: Place) -> Shown:
    """The file as it is now."""
    if place.document is not None:
        seq = LiveDocument.objects.values_list("last_seq", flat=True).get(pk=place.document.pk)
        return _find_update(place, seq)
    entry = place.project.tree.get(place.path)
    if entry is None:
        raise NotFound
    data = read_blob(entry[0])
    return Shown("now", timezone.now(), content.read_file(data, place.path))
