"""Where a resource comes from, what was made of it, how it changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from candyce.collab.history.compare import Comparison, compare
from candyce.collab.history.content import CannotRead, Content, read_file
from candyce.lib.errors import NotFound
from candyce.library import access
from candyce.library.access import Visitor
from candyce.library.doi import clean_doi
from candyce.library.licences import Verdict, explain, get_licence
from candyce.library.models import Edition, Resource
from candyce.library.origin import is_written_by
from candyce.library.peers import citation, mixing
from candyce.projects.blobs import read_blob
from candyce.projects.models import Version

EDITIONS = 3  # on the page itself
DERIVED = 20
FILES = 100  # named on one page
COMPARED = 4  # compared there: each may take seconds


@dataclass(frozen=True)
class Origin:
    """What a resource was adapted from: ``readable`` has its page, else the citation kept is all there is.

    ``identifier``: that of its licence.
    """

    title: str
    authors: list[str]
    licence: str
    identifier: str
    edition: int | None
    year: int | None
    resource: Resource | None
    verdict: Verdict


@dataclass(frozen=True)
class FileChange:
    """A file in two editions: ``state`` is added, removed or changed; without a comparison its bytes differ.

    ``later``: it can be compared, on a page of its own.
    """

    path: str
    state: str
    comparison: Comparison | None
    later: bool = False

    @property
    def anchor(self) -> str:
        """A name for the places of this file on the page."""
        return f"f{hashlib.sha256(self.path.encode()).hexdigest()[:8]}"


def get_provenance(user: Visitor, resource: Resource, editions: list[Edition]) -> dict[str, Any]:
    """Licence, origin, derivatives, editions and citation, for the page."""
    derived = access.visible_to(user).filter(adapted_from=resource).order_by("title")
    derived = derived.defer("search_text")
    origin = get_origin(user, resource)
    mixed = [resource.licence, *([origin.identifier] if origin else [])]
    return {
        "licence": get_licence(resource.licence),
        "mix_query": mixing.make_query(mixed),
        "origin": origin,
        "derived": list(derived[:DERIVED]),
        "editions": editions[:EDITIONS],
        "edition_count": len(editions),
        "doi": clean_doi(resource.doi),
        "citation": citation.make_sentence(resource, editions[0] if editions else None),
    }


def list_editions(user: Visitor, resource: Resource) -> tuple[list[Edition], set[int]]:
    """All editions, the last first, and the numbers of those that are for this person.

    That there were others is for everybody; what their notes say is not.
    """
    editions = list(resource.editions.select_related("author"))
    readable = set(access.get_editions(user, resource).values_list("number", flat=True))
    for edition in editions:
        if edition.number not in readable:
            edition.notes = ""
    return editions, readable


def get_origin(user: Visitor, resource: Resource) -> Origin | None:
    """What it was adapted from: as cited then; with a link if the person may read it now."""
    kept = resource.origin
    original = None
    if resource.adapted_from_id:
        found = access.visible_to(user).filter(pk=resource.adapted_from_id).defer("search_text")
        original = found.first()
    if not kept and original is None:
        return None
    title = kept.get("title") or (original.title if original else "")
    licence = kept.get("licence") or (original.licence if original else "")
    same = original is not None and is_written_by(original, _list_writers(resource))
    return Origin(
        title=str(title),
        authors=[
            str(name) for name in kept.get("authors") or (original.authors if original else [])
        ],
        licence=str(get_licence(licence).name),
        identifier=licence,
        edition=kept.get("edition"),
        year=kept.get("year"),
        resource=original,
        verdict=explain(licence, resource.licence, same_authors=same),
    )


def _list_writers(resource: Resource) -> set[Any]:
    """Owner and co-authors, by their ids."""
    return {resource.owner_id, *resource.co_authors.values_list("pk", flat=True)} - {None}


# -- two editions ------------------------------------------------------------------------------


def get_edition(user: Visitor, resource: Resource, number: int) -> Edition:
    """Guarded fetch of an edition to compare; raises :class:`NotFound`."""
    mine = access.get_editions(user, resource).filter(number=number)
    found = mine.select_related("version", "released").first()
    if found is None:
        raise NotFound
    return found


def get_version_of(user: Visitor, edition: Edition) -> Version:
    """The version, solved or not, of an edition from :func:`get_edition` that is for this person."""
    if edition.released is None:
        return edition.version
    holder = Resource(version=edition.version, released=edition.released)
    return access.get_version(user, holder)


def compare_editions(
    user: Visitor, before: Edition, after: Edition, *, only: str = ""
) -> tuple[list[FileChange], int]:
    """Files that differ for this reader, notebooks first, and how many more were left out.

    The first :data:`COMPARED` are compared cell by cell, or the one named ``only``; the others are named.
    """
    old, new = get_version_of(user, before).tree, get_version_of(user, after).tree
    differing = [path for path in {*old, *new} if _sha(old, path) != _sha(new, path)]
    if only:
        differing = [path for path in differing if path == only]
    differing.sort(key=lambda path: (not path.endswith(".ipynb"), path))
    changes = [
        _compare_file(path, _sha(old, path), _sha(new, path), closely=place < COMPARED)
        for place, path in enumerate(differing[:FILES])
    ]
    return changes, len(differing) - len(changes)


def _sha(tree: dict[str, Any], path: str) -> str | None:
    return tree[path][0] if path in tree else None


def _compare_file(path: str, old: str | None, new: str | None, *, closely: bool) -> FileChange:
    if old is None or new is None:
        return FileChange(path, "added" if old is None else "removed", None)
    if not closely:
        return FileChange(path, "changed", None, later=True)
    sides = [_read(sha256, path) for sha256 in (old, new)]
    if any(side is None for side in sides):
        return FileChange(path, "changed", None)
    comparison = compare(*(side for side in sides if side is not None))
    return FileChange(path, "changed", comparison)


def _read(sha256: str, path: str) -> Content | None:
    try:
        return read_file(read_blob(sha256), path)
    except (CannotRead, OSError):
        return None
