"""Taking changes of an adaptation into the project of the original, to look them over and publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.lib.errors import BadRequest, Conflict, Forbidden
from candyce.library import licences
from candyce.library.models import Draft, Resource
from candyce.library.origin import is_written_by
from candyce.library.publishing.actions import get_present_tree
from candyce.library.publishing.changes import read_side
from candyce.library.publishing.merging.cells import apply
from candyce.library.publishing.merging.plan import FileChanges, Plan
from candyce.projects import access as projects
from candyce.projects import files
from candyce.projects.actions import cut_version, fork
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project, Version
from candyce.projects.notebooks import write_notebook

WHOLE = -1  # in the place of a cell's number: the file


class NothingChosen(BadRequest):
    code = "nothing_chosen"
    default_message = _("Choose at least one change to take over.")


class Moved(Conflict):
    code = "moved"
    default_message = _("One of the two has changed since: here is what differs now. Choose again.")


class LicenceForbids(Forbidden):
    code = "licence"


@dataclass(frozen=True)
class Sides:
    """The three states that are merged; ``project`` is where mine is written, None where there is none to write in."""

    base: dict[str, list]
    theirs: dict[str, list]
    mine: dict[str, list]
    project: Project | None


def get_sides(resource: Resource, adaptation: Resource, user: User) -> Sides:
    edition = adaptation.adapted_edition or resource.editions.last()
    base = edition.version.tree if edition else resource.version.tree
    project = resource.source
    if project is not None and projects.WRITE not in projects.get_rights(user, project):
        project = None
    mine = get_present_tree(project) if project else resource.version.tree
    return Sides(base, adaptation.version.tree, mine, project)


def get_verdict(resource: Resource, adaptation: Resource, user: User) -> licences.Verdict:
    """Whether the adaptation's licence lets its changes stand under the original's."""
    same = is_written_by(adaptation, {user.pk}, into=resource)
    return licences.explain(adaptation.licence, resource.licence, same_authors=same)


def merge(
    resource: Resource,
    adaptation: Resource,
    chosen: Mapping[tuple[int, int], str],
    *,
    acting_user: User,
    state: str,
    sides: Sides,
    plan: Plan,
) -> Project:
    """Write the changes chosen (number of the file, number of the cell or :data:`WHOLE` -> how) into the original's
    project, whose state before is kept as a version. All of them are written, with whose they are, or none.

    ``sides`` and ``plan``: what differs now. Raises :class:`Moved` when that is no longer what was shown (``state``),
    :class:`NothingChosen`, or :class:`LicenceForbids`.
    """
    verdict = get_verdict(resource, adaptation, acting_user)
    if not verdict.allowed:
        raise LicenceForbids(verdict.sentence)
    if plan.state != state:
        raise Moved
    contents = _make_contents(plan, sides, chosen)
    if not contents:
        raise NothingChosen
    with transaction.atomic():
        project = sides.project or _make_project(resource, acting_user)
        cut_version(project, Version.Reason.NAMED, acting_user=acting_user)
        for path, data in contents.items():
            _write(project, path, data, acting_user)
        _do_note(resource, adaptation, project, sorted(contents), acting_user)
    return project


def _make_contents(
    plan: Plan, sides: Sides, chosen: Mapping[tuple[int, int], str]
) -> dict[str, bytes | None]:
    """Path -> new content, None: to delete."""
    found: dict[str, bytes | None] = {}
    for file in plan.files:
        if file.whole:
            if (file.number, WHOLE) in chosen:
                entry = sides.theirs.get(file.path)
                found[file.path] = read_blob(entry[0]) if entry else None
            continue
        cells = {cell: how for (number, cell), how in chosen.items() if number == file.number}
        if cells and not file.later:
            found[file.path] = _merge_notebook(file, sides, cells)
    return found


def _merge_notebook(file: FileChanges, sides: Sides, cells: Mapping[int, str]) -> bytes:
    return write_notebook(apply(read_side(sides.mine, file.path), file.cells, cells))


def _make_project(resource: Resource, user: User) -> Project:
    """Where there is nothing to write in: a project from the last edition."""
    return fork(
        resource.version,
        acting_user=user,
        owner=user,
        title=resource.title,
        kind=Project.Kind.PROJECT,
    )


def _write(project: Project, path: str, data: bytes | None, user: User) -> None:
    """One file, into its live document where there is one."""
    present = Project.objects.get(pk=project.pk)
    if data is not None:
        files.put_file(present, path, data, acting_user=user)
    elif path in present.tree:
        files.delete_file(present, path, acting_user=user)


def _do_note(
    resource: Resource, adaptation: Resource, project: Project, paths: list[str], user: User
) -> None:
    """Whose changes these are: named with the authors when the edition is published."""
    names = [name for name in adaptation.authors if name not in resource.authors]
    if adaptation.owner is not None and adaptation.owner_id != user.pk:
        names = names or [adaptation.owner.full_name]
    draft, _new = Draft.objects.get_or_create(project=project, user=user)
    credit = {"slug": adaptation.pk, "title": adaptation.title, "names": names}
    draft.credits = [*(one for one in draft.credits if one["slug"] != adaptation.pk), credit]
    draft.save(update_fields=("credits",))
    do_audit(
        "resource.merged", resource, acting_user=user, adaptation=adaptation.pk, paths=paths[:100]
    )
