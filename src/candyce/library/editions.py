"""Making an edition: the one way by which a tree of files becomes what readers of a resource get."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.lib.text import fold
from candyce.library.models import Edition, Resource, SearchChange
from candyce.library.opinions import do_summarise
from candyce.library.origin import do_keep_origin
from candyce.library.signals import edition_published, resource_changed
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project, Version
from candyce.projects.paths import is_notebook
from candyce.projects.release import make_released_tree


@transaction.atomic
def do_make_edition(
    slug: str,
    values: dict[str, Any],
    tree: dict[str, Any],
    *,
    acting_user: User | None,
    notes: str = "",
) -> Edition:
    """Make or renew the resource ``slug``: a new version of its project, which earlier gifts keep.

    ``values`` are fields of :class:`Resource`; for a resource that exists, those not given stay.
    Whether the person may do so, and whether the values are right, is for the caller to know.
    """
    before = (
        Resource.objects.filter(slug=slug)
        .select_related("version__project", "released__project")
        .first()
    )
    project = before.version.project if before else Project(kind=Project.Kind.RESOURCE, owner=None)
    project.title, project.tree = values.get("title", project.title), tree
    project.save()
    version = Version.objects.create(
        project=project, tree=tree, reason=Version.Reason.PUBLISHED, author=acting_user
    )
    if before and before.moderated_at:  # put right, it still waits for the moderator
        again = values.get("withdrawn_at", before.withdrawn_at) is None
        values = {**values, "withdrawn_at": before.moderated_at if again else before.withdrawn_at}
    language = values.get("language") or (before.language if before else "fr")
    released = _do_publish_released(version, before, language)
    resource, _created = Resource.objects.update_or_create(
        slug=slug,
        defaults={
            **values,
            "version": version,
            "released": released,
            "executed_at": None,
            "execution": "",
        },
    )
    resource.search_text = make_search_text(resource)
    resource.save(update_fields=["search_text"])
    if before and before.withdrawn_at:  # whatever it was taken back for, it may still be in there
        do_hide_editions(resource)
    number = resource.editions.aggregate(last=Max("number"))["last"] or 0
    edition = Edition.objects.create(
        resource=resource,
        number=number + 1,
        version=version,
        released=released,
        visibility=resource.visibility,
        establishment=resource.establishment,
        notes=notes,
        author=acting_user,
    )
    do_keep_origin(resource)
    do_summarise(resource)
    do_audit("resource.published", resource, acting_user=acting_user, edition=edition.number)
    do_note_change(resource)
    transaction.on_commit(
        lambda: edition_published.send(Edition, resource=resource, edition=edition)
    )
    return edition


def do_hide_editions(resource: Resource, *, but: Edition | None = None) -> None:
    """Keep the editions there are, all ``but`` one, for the authors: what stood in them was withdrawn."""
    found = resource.editions.filter(hidden_at=None)
    if but is not None:
        found = found.exclude(pk=but.pk)
    found.update(hidden_at=timezone.now())


def do_note_change(resource: Resource) -> None:
    """Have every index read the resource again. Call it in the transaction that changes it."""
    SearchChange.objects.create(resource_id=resource.pk)
    transaction.on_commit(lambda: resource_changed.send(Resource, resource=resource))


def _do_publish_released(
    version: Version, before: Resource | None, language: str
) -> Version | None:
    """What those who do not teach get, in a project of its own; None where it is the same for all.

    A resource that once had secrets keeps its two projects: older versions stay with the first.
    """
    tree = make_released_tree(version.tree, "fr" if language == "fr" else "en")
    once = before.released if before else None
    if tree is None and once is None:
        return None
    project = once.project if once else Project(kind=Project.Kind.RESOURCE, owner=None)
    project.title = version.project.title
    project.tree = version.tree if tree is None else tree
    project.save()
    return Version.objects.create(
        project=project, tree=project.tree, reason=Version.Reason.PUBLISHED
    )


def make_search_text(resource: Resource) -> str:
    """All that is searched, folded: metadata first, then the notebooks' own text and code.

    Of the version for everybody: else one could find out a solution word by word.
    """
    parts = [resource.title, resource.abstract, resource.programme, resource.theme]
    parts += [*resource.objectives, *resource.keywords, *resource.authors]
    parts.append(str(resource.get_discipline_display()))
    parts += resource.level_names
    version = resource.released or resource.version
    for name, entry in version.tree.items():
        if is_notebook(name):
            parts += read_sources(entry[0])
    return fold(" ".join(parts))


def read_sources(sha256: str) -> list[str]:
    """The text and code of a stored notebook; of one that nobody can read, nothing."""
    try:
        cells: list[Any] = json.loads(read_blob(sha256))["cells"]
        return ["".join(cell.get("source", "")) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
